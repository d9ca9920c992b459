"""What people may call themselves, and their passwords: checked before any work is done for them."""

from __future__ import annotations

from taskchat.auth.claims import is_storable
from taskchat.auth.passwords import MAX_CHARS, MIN_CHARS
from taskchat.errors import FieldError, InvalidInputError

MAX_EMAIL_CHARS = 254
MAX_NAME_CHARS = 200


def new_login_name(email: str) -> str:
    """The e-mail of a new account, in the one form in which it is stored and looked for.

    Raises:
        InvalidInputError: it is not an e-mail address.
    """
    login = _normalized(email)
    if login is None:
        raise InvalidInputError(FieldError("email", "is not an e-mail address"))
    return login


def login_name(email: str) -> str:
    """The same for one that is looked for: what is no address is nobody's."""
    plain = email.strip().casefold()
    return _normalized(email) or (plain if is_storable(plain) else "")


def checked_password(password: str, field: str = "password") -> str:
    """A password that may be set.

    Raises:
        InvalidInputError: it is too short, too long, or has half a character.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        hint = f"must have {MIN_CHARS} to {MAX_CHARS} characters"
        raise InvalidInputError(FieldError(field, hint))
    if not is_storable(password):
        raise InvalidInputError(FieldError(field, "must not contain NUL or half a character"))
    return password


def may_be_password(password: str) -> bool:
    """Whether anybody could have this password; else no hash is computed for it."""
    return len(password) <= MAX_CHARS and is_storable(password)


def checked_name(name: str | None) -> str | None:
    """A name for the profile; None for one of nothing but white space.

    Raises:
        InvalidInputError: it is too long, or cannot be stored.
    """
    name = (name or "").strip()
    if len(name) > MAX_NAME_CHARS:
        raise InvalidInputError(
            FieldError("name", f"must have at most {MAX_NAME_CHARS} characters")
        )
    if not is_storable(name):
        raise InvalidInputError(FieldError("name", "must not contain NUL or half a character"))
    return name or None


def _normalized(email: str) -> str | None:
    # A quarter of a second of imports in some set-ups, and only sign-ins need it.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(email.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return None
    # Folding may lengthen: one sharp s becomes two letters.
    return found if len(found) <= MAX_EMAIL_CHARS else None
