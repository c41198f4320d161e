"""What the errors of the driver come to."""

from typing import Final, Literal, TypeAlias

from pymysql.err import MySQLError

from kernel.ports.database import DatabaseRefused, DatabaseUnavailable, DuplicateRow

Fault: TypeAlias = Literal["victim", "lost", "duplicate", "refused", "unavailable"]

DRIVER_FAULTS: Final = (MySQLError, OSError, EOFError, RuntimeError)
"""Whatever a driver raises: the server's errors, and its own when a connection is no more."""

# Numbers of errors: https://dev.mysql.com/doc/mysql-errors/8.4/en/ and https://mariadb.com/kb/en/mariadb-error-codes/
_DUPLICATE: Final = 1062
ACCESS_DENIED: Final = 1045
UNKNOWN_DATABASE: Final = 1049
# The record changed under us, a lock was not given in time, a dead-lock, the table was changed: again from the start.
_VICTIM: Final = frozenset({1020, 1205, 1213, 1412})
# The session is over: shutdown, aborted, killed, idle for too long; and all that the client says of its socket.
_SESSION_OVER: Final = frozenset({1053, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031})
_OF_CLIENTS: Final = range(2000, 3000)
# By their class (PEP 249) the database's own trouble, by what they mean the statement's: unknown column, larger than
# a packet, not of its character set, no default, number out of range, check constraint.
_OF_THE_STATEMENT: Final = frozenset({1054, 1153, 1300, 1364, 1690, 3819, 4025})
_CLASSES_OF_THE_STATEMENT: Final = frozenset({"ProgrammingError", "DataError", "IntegrityError", "NotSupportedError"})


def fault_of(error: BaseException) -> Fault:
    """What a driver's error is.

    `victim`: undone, may work when done again. `lost`: the connection is no more. What is neither of the statement nor
    of its data is `unavailable`, for it may pass: a full disk, a refused password, a server that only reads.
    """
    number = number_of(error)
    if number is None or number in _SESSION_OVER or number in _OF_CLIENTS:
        return "lost"
    if number in _VICTIM:
        return "victim"
    if number == _DUPLICATE:
        return "duplicate"
    if number in _OF_THE_STATEMENT or type(error).__name__ in _CLASSES_OF_THE_STATEMENT:
        return "refused"
    return "unavailable"


def translated(error: BaseException, where: str) -> Exception:
    """The port's exception for a driver's error."""
    match fault_of(error):
        case "duplicate":
            return DuplicateRow(str(error))
        case "refused":
            return DatabaseRefused(f"{type(error).__name__}: {error}")
        case "victim" | "lost" | "unavailable":
            return DatabaseUnavailable(f"{where}: {type(error).__name__}: {error}")


def number_of(error: BaseException) -> int | None:
    """The server's or the client's number, None where the connection itself broke."""
    first = error.args[0] if error.args and isinstance(error, MySQLError) else None
    return first if isinstance(first, int) and first else None
