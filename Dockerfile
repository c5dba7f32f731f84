# syntax=docker/dockerfile:1
# Base images are named by Node's major version, so that a rebuild picks up security fixes of Node and Debian.
# Install scripts are off: no package needs one at run time, and none may run code in a build.

# Build dependencies in their own stage, so that a change of the sources does not reinstall them.
FROM node:24-bookworm-slim AS deps
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

FROM deps AS build
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY tools/bundle ./tools/bundle
COPY tools/run ./tools/run
COPY tools/run.mjs ./tools/
RUN npm run build

# Only the dependencies of the service.
FROM node:24-bookworm-slim AS production-deps
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# Bill of materials of the image (CycloneDX). With the devDependencies in package.json npm reports them as missing, and
# with --omit=dev it leaves out packages that any of them needs too.
RUN npm pkg delete devDependencies && npm sbom --sbom-format=cyclonedx > sbom.cdx.json

# Node and its libraries, without shell and package manager.
FROM gcr.io/distroless/nodejs24-debian12:nonroot AS runtime
LABEL org.opencontainers.image.title="nestjs-kafka-consumer" \
      org.opencontainers.image.description="A NestJS service that reads Apache Kafka and never loses a record" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
ENV NODE_ENV=production
COPY --from=production-deps /app/node_modules ./node_modules
COPY --from=production-deps /app/sbom.cdx.json ./
COPY package.json ./
# The bundle is started; dist/src has the commands, and the unbundled service to check whether an error is in the bundle.
COPY --from=build /app/dist ./dist
# A number, since Kubernetes' runAsNonRoot can't check a name.
USER 65532:65532
EXPOSE 3000
# Liveness, not readiness: a broker that is down must not restart the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/nodejs/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exec form: SIGTERM reaches Node itself and starts the drain.
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["--enable-source-maps", "dist/bundle/main.js"]
