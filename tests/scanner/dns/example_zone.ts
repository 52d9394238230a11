/** A zone as it stands in a file, with records of each type that sites can ask for. */

const BIG = Array.from({ length: 9 }, (_, index) => `big TXT "${String(index).repeat(200)}"`);

export const EXAMPLE_ZONE = `$ORIGIN example.org.
$TTL 3600
@ SOA ns1 hostmaster 2026113001 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ 300 A 192.0.2.1
@ 300 A 192.0.2.2
@ AAAA 2001:db8::1
@ MX 10 mail
@ MX 20 backup
nomail MX 0 .
@ TXT "v=spf1 " "-all"
@ CAA 0 issue "letsencrypt.org"
ns1 A 192.0.2.53
ns2 AAAA 2001:db8::53
mail A 192.0.2.25
www CNAME @
1 PTR host
_imap._tcp SRV 0 1 143 mail
${BIG.join("\n")}
`;
