"""Where an activity's exception becomes a named, bounded failure of Temporal's. In one place, for every activity.

A Refusal goes back to the person and is not tried again; nor is what a provider refuses. What is unavailable is tried again, after the
delay that the provider named itself, while there is time for it. Anything else is our bug: it is final, so that the turn fails alone and is
told, instead of being tried for ever. Failures never hold what a person wrote.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from journeys.refusals import Refusal
from providers.errors import RateLimited, Refused, Resting, Unavailable

LONGEST = 86_400.0  # seconds of a delay that a provider names; no wait is as long, and a larger one may be no duration at all
LEAST = 4.0  # seconds that a further try is worth: two to answer in, two for the pause before it and for booking what came of it
_BENIGN = ApplicationErrorCategory.BENIGN


class Boundary(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Named(super().intercept_activity(next))


class _Named(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        began = asyncio.get_running_loop().time()
        try:
            return await super().execute_activity(input)
        except (ApplicationError, asyncio.CancelledError):
            raise
        except Refusal as refusal:
            raise ApplicationError(str(refusal)[:500], type=type(refusal).__name__, non_retryable=True, category=_BENIGN) from None
        except Unavailable as error:
            kind, after = type(error).__name__, error.retry_after if isinstance(error, RateLimited) else None
            delay = None if after is None else timedelta(seconds=min(after, LONGEST))
            if isinstance(error, Resting):
                delay = timedelta(seconds=min(error.retry_in, LONGEST))
            if not error.again or not fits(delay or timedelta(0), began):
                activity.logger.warning("An activity is given up: its provider rests, or no time is left.", extra={"error": kind})
                raise ApplicationError(str(error)[:500], type=kind, non_retryable=True, category=_BENIGN) from None
            activity.logger.warning("An activity will be tried again.", extra={"error": kind})
            raise ApplicationError(str(error)[:500], type=kind, category=_BENIGN, next_retry_delay=delay) from None
        except Refused as error:
            activity.logger.error("A provider refuses what it is asked.", extra={"error": type(error).__name__, "why": str(error)})
            raise ApplicationError(str(error)[:500], type=type(error).__name__, non_retryable=True, category=_BENIGN) from None
        except Exception as error:
            kind = type(error).__name__
            activity.logger.error("An activity failed for good.", exc_info=True, extra={"error": kind})
            raise ApplicationError(f"{activity.info().activity_type} failed with {kind}.", type=kind, non_retryable=True) from None


def fits(delay: timedelta, began: float) -> bool:
    """Whether a further try has any time after this delay. `began`: when this try did, by the event loop's clock."""
    info = activity.info()
    if info.is_local or info.schedule_to_close_timeout is None:
        return True
    spent = info.started_time - info.scheduled_time + timedelta(seconds=asyncio.get_running_loop().time() - began)
    return info.schedule_to_close_timeout - spent - delay >= timedelta(seconds=LEAST)
