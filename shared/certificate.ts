/** Why a connection by TLS did not come about, from the error code of Node or OpenSSL; undefined where it was something else. */
export function certificateFault(code: string): string | undefined {
  if (!CERTIFICATE.test(code)) return undefined
  return Object.entries(reasons).find(([part]) => code.includes(part))?.[1] ?? 'it cannot be verified'
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/

/** The first that is part of the code. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const reasons = {
  HAS_EXPIRED: 'it has expired',
  NOT_YET_VALID: 'it is not valid yet',
  ALTNAME_INVALID: 'it belongs to another name',
  SELF_SIGNED: 'it is self-signed, or from an issuer that is not known here',
  UNABLE_TO: 'its issuer is not known here, or the server does not send the certificates between',
  REVOKED: 'it was revoked',
  ERR_SSL: 'the server does not speak TLS as it should',
}
