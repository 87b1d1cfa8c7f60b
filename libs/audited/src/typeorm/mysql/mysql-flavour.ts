/** Which of the two servers answers: they differ in names of collations and of session variables. */
export interface MysqlFlavour {
  readonly isMariaDb: boolean;
  /** As the server says it: `10.11.6-MariaDB-0+deb12u1`, `8.0.36`. */
  readonly version: string;
  /** Compares texts byte by byte: no case, no accent and no trailing space is folded. */
  readonly exactCollation: string;
}

/** @param version what `SELECT VERSION()` answers */
export function flavourOf(version: string): MysqlFlavour {
  const isMariaDb = /mariadb/i.test(version);
  // Every other binary collation of the two (utf8mb4_bin) pads with spaces: 'a' = 'a ', also in a unique index.
  return { isMariaDb, version, exactCollation: isMariaDb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin' };
}
