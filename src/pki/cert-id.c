/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/cert-id.h"

#include <string.h>

/* RFC 9773 4.1: without padding.  What is asked for is not repeated: it may hold anything. */
static bool decode_part(const char *text, size_t len, uint8_t *out, size_t size, size_t *ret_len)
{
	return b64u_decode(text, len, out, size, ret_len) && *ret_len > 0;
}

/* X.690 8.3.2: the first nine bits are neither all zeros nor all ones, so that no number has two forms. */
static bool is_minimal(const uint8_t *serial, size_t len)
{
	if (len < 2)
		return true;
	return !(serial[0] == 0x00 && serial[1] < 0x80) && !(serial[0] == 0xff && serial[1] >= 0x80);
}

int cert_id_from_text(const char *text, struct cert_id *ret, struct problem *p)
{
	struct cert_id cert = { 0 };
	const char    *dot = strchr(text, '.'), *serial = dot ? dot + 1 : text;

	if (!dot || strchr(serial, '.'))
		return problem_set(p, PROB_MALFORMED,
		                   "certificate identifier is not two parts with a dot between them");
	if (!decode_part(text, (size_t)(dot - text), cert.key_id, sizeof(cert.key_id), &cert.key_id_len))
		return problem_set(p, PROB_MALFORMED,
		                   "certificate identifier has a first part that is not base64url of a key identifier");
	if (!decode_part(serial, strlen(serial), cert.serial, sizeof(cert.serial), &cert.serial_len) ||
	    !is_minimal(cert.serial, cert.serial_len))
		return problem_set(p, PROB_MALFORMED,
		                   "certificate identifier has a second part that is not base64url of a serial number, "
		                   "encoded as in DER");
	*ret = cert;
	return 0;
}

/* RFC 9562 5.7: version 7, variant 10.  Without its octet of zeros, a number with the top bit set is a negative one. */
bool cert_id_to_id(const struct cert_id *cert, struct id *ret)
{
	const uint8_t *serial = cert->serial;
	size_t         len = cert->serial_len;

	if (serial[0] >= 0x80)
		return false;
	if (len > 1 && serial[0] == 0) {
		serial++;
		len--;
	}
	if (len != sizeof(ret->b) || serial[6] >> 4 != 7 || serial[8] >> 6 != 2)
		return false;
	memcpy(ret->b, serial, sizeof(ret->b));
	return true;
}
