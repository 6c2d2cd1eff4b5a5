#include "account/mail.h"
#include "base/utf8.h"
#include <string.h>
#include <time.h>

/* --- headers -------------------------------------------------------------------------------------- */

static void add_base64(const unsigned char *in, size_t len, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned bits = (unsigned)in[i] << 16;
		if (i + 1 < len)
			bits |= (unsigned)in[i + 1] << 8;
		if (i + 2 < len)
			bits |= in[i + 2];
		buf_add_char(out, digits[bits >> 18]);
		buf_add_char(out, digits[bits >> 12 & 63]);
		buf_add_char(out, i + 1 < len ? digits[bits >> 6 & 63] : '=');
		buf_add_char(out, i + 2 < len ? digits[bits & 63] : '=');
	}
}

/* What may stand as it is: printable ASCII that does not look like an encoded word and keeps the line short.
 */
static bool is_plain(const char *text)
{
	if (strlen(text) > 60 || strstr(text, "=?"))
		return false;
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7E)
			return false;
	return true;
}

void mail_encode_header(const char *text, struct buf *out)
{
	size_t len = strlen(text), at = 0;

	if (is_plain(text)) {
		buf_add(out, text, len);
		return;
	}
	while (at < len) { /* a word is at most 75 long: 12 of frame leave 63, which is 45 bytes; no character
		              is cut in two */
		size_t piece = utf8_cut(text + at, len - at, 45);
		if (piece == 0)
			piece = len - at < 45 ? len - at : 45; /* not UTF-8: cut anywhere */
		buf_add_str(out, at ? "\r\n =?utf-8?B?" : "=?utf-8?B?");
		add_base64((const unsigned char *)text + at, piece, out);
		buf_add_str(out, "?=");
		at += piece;
	}
}

static void add_date(int64_t at_ms, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)(at_ms / 1000);
	struct tm t;

	gmtime_r(&at, &t); /* names are spelt here: strftime's follow the locale */
	buf_printf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d +0000", days + 3 * t.tm_wday, t.tm_mday,
	        months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* --- the body ------------------------------------------------------------------------------------- */

void mail_quoted_printable(const char *text, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool is_last = text[1] == '\0' || text[1] == '\n';
		bool is_literal = (c > 0x20 && c < 0x7F && c != '=') || (c == ' ' && !is_last);

		if (c == '\n') {
			buf_add_str(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + (is_literal ? 1 : 3) > (is_last ? 76u : 75u)) {
			buf_add_str(out, "=\r\n");
			column = 0;
		}
		if (is_literal)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "=%c%c", hex[c >> 4], hex[c & 15]);
		column += is_literal ? 1 : 3;
	}
	if (column)
		buf_add_str(out, "\r\n");
}

bool mail_print(const struct mail *m, const char *from, const char *id, int64_t at_ms, struct buf *out)
{
	const char *at = strrchr(from, '@');

	buf_add_str(out, "Date: ");
	add_date(at_ms, out);
	buf_printf(out, "\r\nFrom: Korsdrag <%s>\r\nTo: <%s>\r\nMessage-ID: <%s@%s>\r\nSubject: ", from,
	        m->to, id, at ? at + 1 : "localhost");
	mail_encode_header(m->subject, out);
	buf_add_str(out, "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	                 "Content-Type: text/plain; charset=utf-8\r\n"
	                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	mail_quoted_printable(m->text, out);
	return !out->failed;
}
