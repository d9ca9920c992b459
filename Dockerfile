# The service, for deploy/compose.yaml and deploy/kubernetes: not root, and it writes no file.
# For a registry whose tags may move: --build-arg PYTHON=python:3.11.15-slim-bookworm@sha256:...
ARG PYTHON=python:3.11.15-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY uv-requirements.txt ./
RUN pip install --no-cache-dir --no-input --only-binary :all: \
    --require-hashes --requirement uv-requirements.txt
COPY pyproject.toml uv.lock hatch_build.py README.md LICENSE ./
COPY frontend frontend
COPY src src
RUN UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/taskchat \
    uv sync --locked --no-dev --no-editable --all-extras --no-cache --compile-bytecode

FROM ${PYTHON}
COPY --from=build /opt/taskchat /opt/taskchat
ENV PATH=/opt/taskchat/bin:$PATH HOME=/tmp TASKCHAT_DATA_DIR=/tmp/taskchat
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health')"]
ENTRYPOINT ["taskchat"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
