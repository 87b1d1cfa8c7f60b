/**
 * What others publish, to be compared with: RFC 6962 trees, RFC 8032 signatures, C2SP signed notes. All bytes in hex.
 */

const LEAF_1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const LEAF_2 = '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7';
const LEAF_3 = '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7';
const LEAF_4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const LEAF_6 = 'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f';
const ROOT_2 = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125';
const ROOT_4 = 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7';
const SUBTREE_2_4 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const SUBTREE_4_6 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
const SUBTREE_4_7 = '837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e';
const SUBTREE_4_8 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const SUBTREE_6_8 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';

/**
 * The reference vectors of Certificate Transparency for RFC 6962: the entries, leaf hashes, roots and proofs that its
 * implementations (transparency-dev/merkle, before it certificate-transparency) publish.
 */
export const PUBLISHED_ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
/** Leaf hashes of the entries. */
export const PUBLISHED_LEAVES = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  LEAF_1,
  LEAF_2,
  LEAF_3,
  LEAF_4,
  '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
  LEAF_6,
  '46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1',
];
/** Roots of the trees over the first 0 to 8 of them. */
export const PUBLISHED_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  ROOT_2,
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  ROOT_4,
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** Inclusion proofs. */
export const PUBLISHED_INCLUSIONS: readonly (readonly [index: number, size: number, proof: readonly string[]])[] = [
  [0, 1, []],
  [0, 7, [LEAF_1, SUBTREE_2_4, SUBTREE_4_7]],
  [2, 7, [LEAF_3, ROOT_2, SUBTREE_4_7]],
  [5, 7, [LEAF_4, LEAF_6, ROOT_4]],
  [6, 7, [SUBTREE_4_6, ROOT_4]],
  [0, 8, [LEAF_1, SUBTREE_2_4, SUBTREE_4_8]],
  [3, 8, [LEAF_2, ROOT_2, SUBTREE_4_8]],
  [7, 8, [LEAF_6, SUBTREE_4_6, ROOT_4]],
];
/** Consistency proofs. */
export const PUBLISHED_CONSISTENCIES: readonly (readonly [from: number, to: number, proof: readonly string[]])[] = [
  [1, 1, []],
  [1, 8, [LEAF_1, SUBTREE_2_4, SUBTREE_4_8]],
  [6, 8, [SUBTREE_4_6, SUBTREE_6_8, ROOT_4]],
  [2, 5, [SUBTREE_2_4, LEAF_4]],
  [3, 7, [LEAF_2, LEAF_3, ROOT_2, SUBTREE_4_7]],
  [4, 7, [SUBTREE_4_7]],
  [6, 7, [SUBTREE_4_6, LEAF_6, ROOT_4]],
];

/** Ed25519: RFC 8032, section 7.1, tests 1 to 3. */
export const PUBLISHED_SIGNATURES = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
] as const;

/**
 * The example of golang.org/x/mod/sumdb/note, the reference implementation of C2SP signed-note: a text, two keys, and
 * the signature line of each.
 */
export const PUBLISHED_NOTE = {
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  peter: {
    key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    seed: '810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173',
    line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
  },
  enoch: {
    key: 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop',
    line: '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=',
  },
} as const;
