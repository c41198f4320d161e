"""The log: envelopes, codecs, folded states of streams, and the decider that appends."""
