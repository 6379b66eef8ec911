"""Models behind the chat completions that OpenAI began and many servers offer, DeepSeek among them; over httpx2 alone."""
