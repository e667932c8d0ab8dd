# The bridge in a small image: Debian, the Node that the lockfile pins, and what runs. No shell scripts, no compilers, no root.
FROM debian:12-slim AS base
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY . .
# The panel and the program; then only what they need at run time stays.
RUN npm run build && cp node_modules/node/bin/node /usr/local/bin/node-pinned && npm prune --omit=dev --no-fund --no-audit

FROM base
WORKDIR /app
COPY --from=build /usr/local/bin/node-pinned /usr/local/bin/node
COPY --from=build /app /app
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bridge && install -d -o bridge -g bridge /data
USER 10001:10001
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=131072
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The same words as `npm start` in package.json.
CMD ["node", "--expose-gc", "--max-semi-space-size=4", "--heap-growing-percent=15", "--max-old-space-size=320", "scripts/start.js"]
