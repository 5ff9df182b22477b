#include "cli/cli.h"

int main(int argc, char** argv) { return firn::run_cli(argc, argv); }
