"""What every port may answer with when what stands behind it is away."""


class StoreUnavailable(Exception):
    """A store does not answer or is throttled, after bounded retries. Whether a write happened is not known."""


class NewerData(RuntimeError):
    """What is stored was written by a newer version of Taskledger, in a shape that this one does not know."""
