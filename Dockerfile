# The command line in a container, as the release publishes it: the very bundles that were tested, on Node.js and nothing else.
#   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges ghcr.io/prewarm/prewarm doctor
ARG BASE=node:22-bookworm-slim
FROM ${BASE}
WORKDIR /opt/prewarm
COPY package.json LICENSE ./
COPY dist ./dist
# Its own files; a volume of memory will do (--tmpfs /data), since a cluster's state is kept by the cluster.
ENV NODE_ENV=production XDG_DATA_HOME=/data HOME=/data
USER 65532:65532
ENTRYPOINT ["node", "/opt/prewarm/dist/cli.js"]
CMD ["--help"]
