"""Key-pair tokens, checked as "Using key-pair authentication" and its troubleshooting page have it."""

import base64
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from errors import HttpError

LONGEST_LIFE, TOLERABLE_SKEW, MOST_FAILURES, LOCKED = 3600, 60, 5, 15 * 60


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fingerprint(der):
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def refused(code, message):
    return HttpError(401, code, message)


def _parts(token):
    try:
        head, claims, signature = token.split(".")
        return json.loads(_decode(head)), json.loads(_decode(claims)), head + "." + claims, _decode(signature)
    except (ValueError, UnicodeDecodeError) as error:
        raise refused("390144", "JWT token is invalid.") from error


class Logins:
    def __init__(self, store, accounts):
        self._store, self._accounts = store, accounts

    def user_of(self, headers):
        """The user that a request's token stands for; HttpError when it does not let in."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or headers.get("X-Snowflake-Authorization-Token-Type") != "KEYPAIR_JWT":
            raise HttpError(400, "390142", "Incoming request does not contain a valid payload.")
        head, claims, signed, signature = _parts(token)
        if head.get("alg") != "RS256":
            raise refused("394305", "JWT token algorithm must be RS256.")
        account, _, user = str(claims.get("sub", "")).partition(".")
        if account not in self._accounts:
            raise refused("394307", "JWT token names another account.")
        return self._checked(user, f"{account}.{user}", claims, signed, signature)

    def _checked(self, user, subject, claims, signed, signature):
        store = self._store
        found = store.rows("SELECT spec FROM objects WHERE kind = 'USER' AND name = ?", user)
        if not found:
            raise refused("394300", "JWT token has an unknown user.")
        failures = store.rows("SELECT failures, locked_until FROM logins WHERE user_name = ?", user)
        if failures and failures[0][1] > store.now():
            raise refused("390102", "User temporarily locked. Try again later.")
        try:
            self._check(json.loads(found[0][0]), subject, claims, signed, signature)
        except HttpError:
            self._count_failure(user)
            raise
        store.run("DELETE FROM logins WHERE user_name = ?", user)
        return user

    def _check(self, spec, subject, claims, signed, signature):
        keys = [base64.b64decode(spec[n]) for n in ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2") if spec.get(n)]
        fitting = [key for key in keys if claims.get("iss") == f"{subject}.{fingerprint(key)}"]
        if not fitting:
            raise refused("394304", "JWT token public key fingerprint mismatch.")
        try:
            key = serialization.load_der_public_key(fitting[0])
            key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise refused("394306", "JWT token signature is invalid.") from error
        if not isinstance(claims.get("iat"), int) or not isinstance(claims.get("exp"), int):
            raise refused("394301", "JWT token has no issue or expiry time.")
        now = self._store.now()
        if abs(claims["iat"] - now) > TOLERABLE_SKEW and claims["iat"] > now or claims["iat"] < now - LONGEST_LIFE:
            raise refused("394302", "JWT token was issued at a wrong time.")
        if min(claims["exp"], claims["iat"] + LONGEST_LIFE) < now:
            raise refused("394303", "JWT token has expired.")

    def _count_failure(self, user):
        store = self._store
        before = store.rows("SELECT failures FROM logins WHERE user_name = ?", user)
        failures = (before[0][0] if before else 0) + 1
        until = store.now() + LOCKED if failures >= MOST_FAILURES else 0
        store.run("DELETE FROM logins WHERE user_name = ?", user)
        store.run("INSERT INTO logins VALUES (?, ?, ?)", user, 0 if until else failures, until)
