"""The error tree of the outside world.

ProviderError
├── Unavailable        it may answer later: Temporal tries again
│   └── StoreUnavailable   the database is locked, full, or gone
└── Misconfigured      it will not answer until somebody changes something; the message says what

Errors are told apart by type and status, never by words in their text. Messages hold no user text and no secrets.
"""


class ProviderError(Exception): ...


class Unavailable(ProviderError): ...


class StoreUnavailable(Unavailable): ...


class Misconfigured(ProviderError): ...
