#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# errors.sh DIR: writes the problem documents (RFC 7807) that the web servers send for what they refuse by themselves.
# Apache and nginx take NNN.json; lighttpd insists on NNN.html.
set -eu
umask 022
dir=$1
mkdir -p "$dir"
while IFS='|' read -r status type title detail; do
	printf '{"type":"urn:ietf:params:acme:error:%s","title":"%s","detail":"%s","status":%s}\n' \
		"$type" "$title" "$detail" "$status" >"$dir/$status.json"
	ln -f "$dir/$status.json" "$dir/$status.html"
done <<'TABLE'
400|malformed|Bad Request|the web server could not read the request
403|unauthorized|Forbidden|the web server does not give access to this
404|malformed|Not Found|there is nothing at this address; the directory of the ACME server names what there is
405|malformed|Method Not Allowed|the web server does not take this method here
408|malformed|Request Timeout|the request did not arrive in time
411|malformed|Length Required|the request has a body of unstated length
413|malformed|Content Too Large|the request body is longer than the web server accepts
414|malformed|URI Too Long|the request line is longer than the web server accepts
417|malformed|Expectation Failed|the web server does not meet this expectation
431|malformed|Request Header Fields Too Large|the header fields are longer than the web server accepts
500|serverInternal|Internal Server Error|the web server got no usable answer from the ACME server; try again later
501|serverInternal|Not Implemented|the web server does not know this method
502|serverInternal|Bad Gateway|the web server cannot reach the ACME server; try again later
503|serverInternal|Service Unavailable|the ACME server is overloaded or being restarted; try again later
504|serverInternal|Gateway Timeout|the ACME server took too long; try again later
TABLE
