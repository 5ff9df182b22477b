#include "cli/cli.h"
#include "platform/memory_privacy.h"

int main(int argc, char** argv) {
  // Every command may hold forms or passwords; `firn serve` shows its memory again when the configuration says so.
  firn::hide_memory();
  firn::hide_texts_of_exceptions();
  return firn::run_cli(argc, argv);
}
