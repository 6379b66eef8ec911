"""The error tree of the outside world.

ProviderError
├── Unavailable        it may answer later: Temporal tries again
│   ├── StoreUnavailable   the database is locked, full, or gone
│   ├── RateLimited        asked too often; `retry_after` says when it may be asked again
│   ├── Upstream5xx        it failed on its side, or answered with something that is no answer
│   ├── UpstreamTimeout    no answer, or no further piece of one, in time
│   ├── UpstreamNetwork    the connection broke, or the answer ended early
│   └── Resting            its breaker is open: it was not asked at all; `retry_in` says when it will be
├── Refused            the same request will be refused again: nobody tries it again
│   ├── QuotaExhausted     today's quota, or the credit, is spent
│   ├── InvalidRequest     what we sent is not accepted
│   └── AuthConfig         the key or its rights are not accepted
└── Misconfigured      it will not answer until somebody changes something; the message says what

What each means for retries, routes, people and operators is one table: docs/reliability.md, "What each kind means".
Errors are told apart by type and status, never by words in their text. Messages hold no user text and no secrets.
"""

from typing import Self


class ProviderError(Exception):
    """`may_be_charged`: the request had gone out and no answer says that nothing was done for it: the provider may charge it. A refusal in
    good order, and a connection that never came about, cost nothing."""

    may_be_charged: bool = False

    def charged(self, perhaps: bool) -> Self:
        self.may_be_charged = perhaps
        return self


class Unavailable(ProviderError):
    """`again`: whether the same may be tried again soon. False where its breaker has opened meanwhile: the next route is asked at once."""

    again: bool = True


class StoreUnavailable(Unavailable): ...


class RateLimited(Unavailable):
    """`retry_after`: seconds, as the server said itself; None where it did not."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Upstream5xx(Unavailable): ...


class UpstreamTimeout(Unavailable):
    may_be_charged = True


class UpstreamNetwork(Unavailable):
    may_be_charged = True


class Resting(Unavailable):
    """`retry_in`: seconds until it is asked again."""

    def __init__(self, message: str, retry_in: float) -> None:
        super().__init__(message)
        self.retry_in = retry_in


class Refused(ProviderError): ...


class QuotaExhausted(Refused): ...


class InvalidRequest(Refused): ...


class AuthConfig(Refused): ...


class Misconfigured(ProviderError): ...
