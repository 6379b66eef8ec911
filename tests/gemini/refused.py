"""Requests that Gemini itself refuses, so that ours does not pass over a client's mistake."""

from tests.gemini.asked import CALLS, Asked, Json
from tests.gemini.embeddings import MOST_DIMENSIONS
from tests.gemini.errors import Refusal, invalid, not_found

BATCH = 100


def refused(asked: Asked) -> Refusal | None:
    if asked.name not in CALLS or asked.version not in ("v1", "v1beta"):
        return not_found(asked)
    match asked.name:
        case "getModel":
            return None
        case "embedContent":
            return _refused_embedding([asked.body])
        case "batchEmbedContents":
            requests = asked.body.get("requests", [])
            if not 0 < len(requests) <= BATCH:
                return invalid(f"* BatchEmbedContentsRequest.requests: at most {BATCH} requests can be in one batch\n")
            return _refused_embedding(requests)
        case "countTokens":
            return _without_contents(asked.body.get("generateContentRequest", asked.body), "CountTokensRequest")
        case _:
            if "responseSchema" in asked.config and "responseJsonSchema" in asked.config:
                return invalid()
            return _without_contents(asked.body, "GenerateContentRequest")


def _without_contents(request: Json, name: str) -> Refusal | None:
    return None if request.get("contents") else invalid(f"* {name}.contents: contents is not specified\n")


def _refused_embedding(requests: list[Json]) -> Refusal | None:
    for request in requests:
        dimensions = request.get("outputDimensionality", MOST_DIMENSIONS)
        if not request.get("content", {}).get("parts") or not 0 < dimensions <= MOST_DIMENSIONS:
            return invalid()
    return None
