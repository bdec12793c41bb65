import manifest from "../../package.json" with { type: "json" };

/** Of this package; a built program carries it inside. */
export const version = manifest.version;
