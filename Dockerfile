# One executable in a small image: docker build -t sitemon . && docker run sitemon --help
FROM denoland/deno:2.9.6 AS build
WORKDIR /build
COPY deno.json deno.lock ./
COPY src src
# Executables contain the times of their files: with fixed times, a rebuilt executable is identical.
RUN deno install --frozen --entrypoint src/main.ts && \
  find "$DENO_DIR/npm" -exec touch --date=@0 {} +
# Git is not available here; pass the commit: docker build --build-arg SITEMON_COMMIT="$(git rev-parse HEAD)"
ARG SITEMON_COMMIT
RUN deno task compile && mkdir state

# Contains the C library, certificates and time zones, but no shell and no root user.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/dist/sitemon /usr/local/bin/sitemon
# Mount a volume here, so that the outbox survives the container.
COPY --from=build --chown=65532:65532 /build/state /var/lib/sitemon
ENV STATE_DIRECTORY=/var/lib/sitemon
USER 65532:65532
WORKDIR /var/lib/sitemon
# Needs "listen: 127.0.0.1:9464" in the configuration. It does not depend on Kafka or PostgreSQL: while
# they are down the container must not be replaced, since unsent results wait in it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
  CMD ["/usr/local/bin/sitemon", "check", "http://127.0.0.1:9464/healthz"]
ENTRYPOINT ["/usr/local/bin/sitemon"]
CMD ["--help"]
