# One executable in a small image: docker build -t sitemon . && docker run sitemon --help
FROM denoland/deno:2.9.6 AS build
WORKDIR /build
COPY deno.json deno.lock ./
COPY src src
# Executables hold the times of their files: an image that is built again has the same one in it.
RUN deno install --frozen --entrypoint src/main.ts && \
  find "$DENO_DIR/npm" -exec touch --date=@0 {} +
# There is no Git in here: docker build --build-arg SITEMON_COMMIT="$(git rev-parse HEAD)"
ARG SITEMON_COMMIT
RUN deno task compile && mkdir state

# Holds the C library, certificates and time zones; no shell, and no root.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/dist/sitemon /usr/local/bin/sitemon
# The outbox outlives the container where a volume is mounted here.
COPY --from=build --chown=65532:65532 /build/state /var/lib/sitemon
ENV STATE_DIRECTORY=/var/lib/sitemon
USER 65532:65532
WORKDIR /var/lib/sitemon
# Wants "listen: 127.0.0.1:9464" in the configuration. That Kafka or PostgreSQL is down is no reason
# to replace a container: what was found waits in it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
  CMD ["/usr/local/bin/sitemon", "check", "http://127.0.0.1:9464/healthz"]
ENTRYPOINT ["/usr/local/bin/sitemon"]
CMD ["--help"]
