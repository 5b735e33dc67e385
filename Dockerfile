# The hub as an image. Built with the crate's own RocksDB (the prebuilt one is for development only) and without the
# demonstration federation.
FROM rust:1.95.0-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang libclang1-14 libclang-common-14-dev libpq-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked --no-default-features

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/atlas --create-home atlas
COPY --from=build /src/target/release/atlas /usr/local/bin/atlas
COPY LICENSE-APACHE LICENSE-MIT NOTICE /usr/share/doc/atlas/
USER atlas
WORKDIR /var/lib/atlas
ENV ATLAS__SERVER__BIND=0.0.0.0:8080 \
    ATLAS__DATA__DIRECTORY=/var/lib/atlas
VOLUME /var/lib/atlas
EXPOSE 8080
# The slim image has no HTTP client; bash can ask by itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
STOPSIGNAL SIGINT
ENTRYPOINT ["atlas"]
CMD ["serve"]
