# syntax=docker/dockerfile:1
# Base images are named by Node's major version, so that a rebuild picks up security fixes of Node and Debian.
# Install scripts are off throughout: no package needs one at run time, and none gets to run code in a build.

# What the build needs. Its own stage, so that a change of the sources does not install anything again.
FROM node:24-bookworm-slim AS deps
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

FROM deps AS build
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY tools/bundle ./tools/bundle
RUN npm run build

# What the service needs, and nothing the build brought along.
FROM node:24-bookworm-slim AS production-deps
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# What is in the image, for scanners (CycloneDX). With the devDependencies in package.json npm misses them, and with
# --omit=dev it leaves out packages that any of them needs too.
RUN npm pkg delete devDependencies && npm sbom --sbom-format=cyclonedx > sbom.cdx.json

# Node, its libraries, and neither a shell nor a package manager.
FROM gcr.io/distroless/nodejs24-debian12:nonroot AS runtime
LABEL org.opencontainers.image.title="nestjs-kafka-consumer" \
      org.opencontainers.image.description="A NestJS service that reads Apache Kafka and never loses a record" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
ENV NODE_ENV=production
COPY --from=production-deps /app/node_modules ./node_modules
COPY --from=production-deps /app/sbom.cdx.json ./
COPY package.json ./
# The bundle is what is started; dist/src has the commands, and what to start for an error that only the bundle shows.
COPY --from=build /app/dist ./dist
# By number, since Kubernetes' runAsNonRoot can't check a name.
USER 65532:65532
EXPOSE 3000
# Alive, not ready: a broker that is away must not get the container restarted.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/nodejs/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exec form: SIGTERM reaches Node itself, which is what starts the drain.
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["--enable-source-maps", "dist/bundle/main.js"]
