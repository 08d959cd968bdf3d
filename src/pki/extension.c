/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/extension.h"

const struct der oid_subject_alt_name = DER_OCTETS(0x55, 0x1d, 0x11);

/* `critical` is DEFAULT FALSE, so that only TRUE may be written (X.690 11.1, 11.5). */
static bool take(struct der *list, struct extension *ret)
{
	struct der ext, critical;

	if (!der_take(list, DER_SEQUENCE, &ext, NULL) || !der_take(&ext, DER_OID, &ret->oid, NULL))
		return false;
	ret->critical = der_take(&ext, DER_BOOLEAN, &critical, NULL);
	if (ret->critical && (critical.len != 1 || critical.p[0] != 0xff))
		return false;
	return der_take(&ext, DER_OCTET_STRING, &ret->value, NULL) && ext.len == 0;
}

const char *extensions_read(struct der list, struct extensions *ret)
{
	struct extension one;

	for (ret->n = 0; list.len > 0; ret->n++) {
		if (ret->n == EXTENSIONS_MAX)
			return "more than 20 extensions";
		if (!take(&list, &one))
			return "an ill-formed extension";
		if (extensions_find(ret, &one.oid))
			return "the same extension twice";
		ret->items[ret->n] = one;
	}
	return NULL;
}

const struct extension *extensions_find(const struct extensions *list, const struct der *oid)
{
	for (size_t i = 0; i < list->n; i++)
		if (der_equal(&list->items[i].oid, oid))
			return &list->items[i];
	return NULL;
}
