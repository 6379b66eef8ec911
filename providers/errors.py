"""The error tree of the outside world.

ProviderError
├── Unavailable        it may answer later: Temporal tries again
│   ├── StoreUnavailable   the database is locked, full, or gone
│   ├── RateLimited        asked too often; `retry_after` says when it may be asked again
│   ├── Upstream5xx        it failed on its side, or answered with something that is no answer
│   ├── UpstreamTimeout    no answer, or no further piece of one, in time
│   └── UpstreamNetwork    the connection broke, or the answer ended early
├── Refused            the same request will be refused again: nobody tries it again
│   ├── QuotaExhausted     today's quota, or the credit, is spent
│   ├── InvalidRequest     what we sent is not accepted
│   └── AuthConfig         the key or its rights are not accepted
└── Misconfigured      it will not answer until somebody changes something; the message says what

Errors are told apart by type and status, never by words in their text. Messages hold no user text and no secrets.
"""


class ProviderError(Exception): ...


class Unavailable(ProviderError): ...


class StoreUnavailable(Unavailable): ...


class RateLimited(Unavailable):
    """`retry_after`: seconds, as the server said itself; None where it did not."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Upstream5xx(Unavailable): ...


class UpstreamTimeout(Unavailable): ...


class UpstreamNetwork(Unavailable): ...


class Refused(ProviderError): ...


class QuotaExhausted(Refused): ...


class InvalidRequest(Refused): ...


class AuthConfig(Refused): ...


class Misconfigured(ProviderError): ...
