"""What every port may answer with when what stands behind it is away."""


class StoreUnavailable(Exception):
    """A store does not answer or is throttled, after bounded retries. Whether a write happened is not known."""
