"""What was made in the account: objects, roles and who may do what with them."""

import json

from errors import not_allowed, not_found

# A role has what the roles on its right have ("Overview of Access Control").
_SYSTEM_ROLES = {
    "ACCOUNTADMIN": ("SYSADMIN", "SECURITYADMIN"),
    "SECURITYADMIN": ("USERADMIN",),
    "USERADMIN": (),
    "SYSADMIN": (),
    "PUBLIC": (),
}
# Which system role may make objects of the account.
_MAKERS = {
    "ROLE": "USERADMIN",
    "USER": "USERADMIN",
    "WAREHOUSE": "SYSADMIN",
    "DATABASE": "SYSADMIN",
    "INTEGRATION": "ACCOUNTADMIN",
}
IN_SCHEMA = ("TABLE", "VIEW", "STAGE", "PIPE", "FILE FORMAT")


class Objects:
    def __init__(self, store):
        self._store = store

    def find(self, kind, name):
        """Its spec with `created` and `owner`; None when there is none."""
        found = self._store.rows("SELECT created, owner, spec FROM objects WHERE kind = ? AND name = ?", kind, name)
        return {**json.loads(found[0][2]), "created": found[0][0], "owner": found[0][1]} if found else None

    def all(self, kind):
        found = self._store.rows("SELECT name, created, owner, spec FROM objects WHERE kind = ? ORDER BY name", kind)
        return [{**json.loads(s), "name": n, "created": c, "owner": o} for n, c, o, s in found]

    def put(self, kind, name, owner, spec):
        self.drop(kind, name)
        now = self._store.now()
        self._store.run("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", kind, name, now, owner, json.dumps(spec))

    def change(self, kind, name, **values):
        found = self._store.rows("SELECT spec FROM objects WHERE kind = ? AND name = ?", kind, name)
        spec = json.dumps({**json.loads(found[0][0]), **values})
        self._store.run("UPDATE objects SET spec = ? WHERE kind = ? AND name = ?", spec, kind, name)

    def drop(self, kind, name):
        self._store.run("DELETE FROM objects WHERE kind = ? AND name = ?", kind, name)

    # Roles.

    def roles_of(self, role):
        """The role and all that it has been granted."""
        found, open_ = set(), [role]
        while open_:
            each = open_.pop()
            if each not in found:
                found.add(each)
                open_ += _SYSTEM_ROLES.get(each, ())
                granted = "SELECT role FROM role_grants WHERE kind = 'ROLE' AND name = ?"
                open_ += [row[0] for row in self._store.rows(granted, each)]
        return found

    def may_use_role(self, user, role):
        granted = self._store.rows("SELECT role FROM role_grants WHERE kind = 'USER' AND name = ?", user)
        return any(role in self.roles_of(row[0]) for row in granted)

    def role_exists(self, role):
        return role in _SYSTEM_ROLES or self.find("ROLE", role) is not None

    # Privileges.

    def _has(self, role, privilege, kind, name):
        roles = self.roles_of(role)
        found = self.find(kind, name)
        if "ACCOUNTADMIN" in roles or (found and found["owner"] in roles):
            return True
        rows = self._store.rows("SELECT role, privilege FROM grants WHERE kind = ? AND name = ?", kind, name)
        return any(r in roles and (privilege in (p, None)) for r, p in rows)

    def need(self, role, privilege, kind, name):
        """The object, when the role has the privilege on it and may see what it lies in."""
        found = self.find(kind, name)
        if found is None or not self._has(role, None, kind, name):
            raise not_found(kind, name)
        if kind in IN_SCHEMA:
            self._need_schema(role, kind, name)
        if not self._has(role, privilege, kind, name):
            raise not_allowed(kind, name)
        return found

    def _need_schema(self, role, kind, name):
        database, schema, _ = name.split(".", 2)
        for outer, outer_name in (("DATABASE", database), ("SCHEMA", f"{database}.{schema}")):
            if not self._has(role, "USAGE", outer, outer_name):
                raise not_found(kind, name)

    def need_to_make(self, role, kind, name):
        if kind in _MAKERS:
            if _MAKERS[kind] not in self.roles_of(role):
                raise not_allowed("ACCOUNT", kind)
        elif kind == "SCHEMA":
            self.need(role, "CREATE SCHEMA", "DATABASE", name.split(".")[0])
        else:
            schema = ".".join(name.split(".")[:2])
            if self.find("SCHEMA", schema) is None:
                raise not_found("SCHEMA", schema)
            if not self._has(role, f"CREATE {kind}", "SCHEMA", schema):
                raise not_allowed("SCHEMA", schema)

    def grant(self, role, privileges, kind, name):
        for privilege in privileges:
            self.revoke(role, [privilege], kind, name)
            self._store.run("INSERT INTO grants VALUES (?, ?, ?, ?)", role, privilege, kind, name)

    def revoke(self, role, privileges, kind, name):
        for privilege in privileges:
            sql = "DELETE FROM grants WHERE role = ? AND privilege = ? AND kind = ? AND name = ?"
            self._store.run(sql, role, privilege, kind, name)
