import forge from 'node-forge';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateFacts {
  /** DNS names. @default `localhost` */
  readonly names?: readonly string[];
  /** @default `127.0.0.1` */
  readonly ips?: readonly string[];
  /** @default a day from now */
  readonly notAfter?: Date;
  /** @default 'receiver' */
  readonly commonName?: string;
}

const DAY_MS = 86_400_000;
const KEY_BITS = 2048;

/** A throw-away authority for one test run. */
export class CertificateAuthority {
  /** Its own certificate, in PEM: what clients trust. */
  readonly cert: string;
  private readonly keys: forge.pki.rsa.KeyPair;
  private readonly certificate: forge.pki.Certificate;
  private serial = 1;

  constructor(commonName = 'throw-away authority') {
    this.keys = forge.pki.rsa.generateKeyPair(KEY_BITS);
    const subject = [{ name: 'commonName', value: commonName }];
    this.certificate = this.unsigned(this.keys.publicKey, subject, subject, new Date(Date.now() + DAY_MS));
    this.certificate.setExtensions([
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ]);
    this.certificate.sign(this.keys.privateKey, forge.md.sha256.create());
    this.cert = forge.pki.certificateToPem(this.certificate);
  }

  /** For servers and clients alike. */
  issue(facts: CertificateFacts = {}): Certificate {
    const { names = ['localhost'], ips = ['127.0.0.1'], notAfter, commonName = 'receiver' } = facts;
    const keys = forge.pki.rsa.generateKeyPair(KEY_BITS);
    const certificate = this.unsigned(
      keys.publicKey,
      [{ name: 'commonName', value: commonName }],
      this.certificate.subject.attributes,
      notAfter ?? new Date(Date.now() + DAY_MS),
    );
    certificate.setExtensions([
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names.map((value) => ({ type: 2, value })), ...ips.map((ip) => ({ type: 7, ip }))],
      },
    ]);
    certificate.sign(this.keys.privateKey, forge.md.sha256.create());
    return { cert: forge.pki.certificateToPem(certificate), key: forge.pki.privateKeyToPem(keys.privateKey) };
  }

  private unsigned(
    publicKey: forge.pki.PublicKey,
    subject: forge.pki.CertificateField[],
    issuer: forge.pki.CertificateField[],
    notAfter: Date,
  ): forge.pki.Certificate {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = (this.serial++).toString(16).padStart(2, '0');
    // An expired one was valid before.
    certificate.validity.notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS);
    certificate.validity.notAfter = notAfter;
    certificate.setSubject(subject);
    certificate.setIssuer(issuer);
    return certificate;
  }
}
