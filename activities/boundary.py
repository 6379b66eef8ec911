"""Where an activity's exception becomes a named, bounded failure of Temporal's. In one place, for every activity.

A Refusal goes back to the person and is not tried again; what is unavailable is tried again; anything else is our bug: it is
final, so that the turn fails alone and is told, instead of being tried for ever. Failures never hold what a person wrote.
"""

import asyncio
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from journeys.refusals import Refusal
from providers.errors import Unavailable

_BENIGN = ApplicationErrorCategory.BENIGN


class Boundary(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Named(super().intercept_activity(next))


class _Named(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except (ApplicationError, asyncio.CancelledError):
            raise
        except Refusal as refusal:
            raise ApplicationError(str(refusal)[:500], type=type(refusal).__name__, non_retryable=True, category=_BENIGN) from None
        except Unavailable as error:
            activity.logger.warning("An activity will be tried again.", extra={"error": type(error).__name__})
            raise ApplicationError(str(error)[:500], type=type(error).__name__, category=_BENIGN) from None
        except Exception as error:
            kind = type(error).__name__
            activity.logger.error("An activity failed for good.", exc_info=True, extra={"error": kind})
            raise ApplicationError(f"{activity.info().activity_type} failed with {kind}.", type=kind, non_retryable=True) from None
