"""ALTER: what an administrator changes in objects that exist, each on its own page of "ALTER ..."."""

from errors import compilation, not_allowed, not_found, unsupported
from expressions import Parser

_STATEMENT_DONE = "Statement executed successfully."


class Altering(Parser):
    def _alter(self):
        if self.accept("STORAGE", "INTEGRATION"):
            kind = "INTEGRATION"
        elif self.accept("FILE", "FORMAT"):
            kind = "FILE FORMAT"
        else:
            kind = self.one_of("USER", "WAREHOUSE", "PIPE", "STAGE", "TABLE")
        name = self._object_name(kind)
        if kind == "WAREHOUSE" and self.next.is_name("SUSPEND", "RESUME"):
            return self._start_or_stop(name)
        if "USERADMIN" not in self.objects.roles_of(self.role) and kind == "USER":
            raise not_allowed(kind, name)
        if self.objects.find(kind, name) is None:
            raise not_found(kind, name)
        changes = self._changes(kind, name)
        self.end()
        self.objects.change(kind, name, **changes)
        return self.done(_STATEMENT_DONE)

    def _start_or_stop(self, name):
        action = self.one_of("SUSPEND", "RESUME")
        self.end()
        self.objects.need(self.role, "OPERATE", "WAREHOUSE", name)
        self.engine.warehouses.suspend(name) if action == "SUSPEND" else self.engine.warehouses.use(name)
        return self.done(_STATEMENT_DONE)

    def _changes(self, kind, name):
        if kind == "USER" and self.accept("UNSET"):
            return {self.one_of("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"): None}
        if kind == "TABLE":
            self._owned(kind, name)
            return self._table_change(name)
        self.expect("SET")
        if kind == "PIPE":
            return self._pipe_change(name)
        if kind == "USER":
            return self._with_options(kind)
        self._owned(kind, name)
        before = self.objects.find(kind, name)
        if kind == "FILE FORMAT":
            changed = self._with_options(kind)["options"]
            if "TYPE" in changed:
                raise unsupported("a change of TYPE")
            return {"options": {**before["options"], **changed}}
        if kind == "STAGE":
            return self._with_options(kind, {k: v for k, v in before.items() if k.isupper()})
        return self._with_options(kind)

    def _pipe_change(self, name):
        self.objects.need(self.role, "OPERATE", "PIPE", name)
        self.expect("PIPE_EXECUTION_PAUSED")
        self.expect_op("=")
        return {"paused": self._value()}

    def _table_change(self, name):
        """"ALTER TABLE ... ADD COLUMN", and "ALTER TABLE ... ALTER COLUMN": a VARCHAR only becomes longer."""
        columns = self.objects.find("TABLE", name)["columns"]
        if self.accept("ADD", "COLUMN"):
            added = dict(self.many(self._column))
            for column, kind in added.items():
                if column in columns:
                    raise compilation("001430", "42601", f"column '{column}' already exists")
                self.store.run(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {self.stored_type(kind)}')
            return {"columns": {**columns, **added}}
        self.expect("ALTER", "COLUMN")
        column = self.identifier()
        kind, not_null, limits = columns[column]
        if self.accept("DROP", "NOT", "NULL"):
            return {"columns": {**columns, column: (kind, False, limits)}}
        self.expect("SET", "DATA", "TYPE")
        wanted, longer = self.type()
        if (wanted, kind) != ("VARCHAR", "VARCHAR") or not limits or longer < tuple(limits):
            raise compilation("002108", "22000", f"cannot change column {column} from type {kind} to {wanted}")
        return {"columns": {**columns, column: (kind, not_null, longer)}}
