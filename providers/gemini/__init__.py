"""Gemini: text and vectors from Google's models, over google-genai and httpx2."""
