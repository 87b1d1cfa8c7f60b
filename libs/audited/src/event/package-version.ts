/** Version of this package, for what is written to outlive it. A test holds it equal to `package.json`. */
export const PACKAGE_VERSION = '0.1.0';
