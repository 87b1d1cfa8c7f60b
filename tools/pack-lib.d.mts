/** Packs into `destination` (an existing folder) and returns the path of the tarball. */
export function packLibrary(destination: string): string;
