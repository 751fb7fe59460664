.venv/installed: requirements.lock pyproject.toml
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes --requirement requirements.lock
