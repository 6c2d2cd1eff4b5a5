/* export_words.c - what files of boards say by themselves, in both languages. */
#include "board/export.h"
#include "protocol/board_fields.h"
#include <string.h>
#include <strings.h>
#include <stdio.h>
#include <time.h>

/* Colours in the order of kd_colour_words. */
static const struct export_words swedish = {
	"Sektion", "Text", "Färg", "Av", "Organisation", "Skapad", "Utan sektion", "tom lapp", "någon som har slutat", "tavla", "Sida %d av %d", "%d lapp", "%d lappar",
	{ "kalk", "ockra", "puts", "grönjord", "ärg", "himmel", "skymning", NULL },
	{ "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december" },
};
static const struct export_words english = {
	"Section", "Text", "Colour", "By", "Organisation", "Made", "No section", "empty card", "somebody who has left", "board", "Page %d of %d", "%d card", "%d cards",
	{ "lime", "ochre", "plaster", "green earth", "verdigris", "sky", "dusk", NULL },
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" },
};

const struct export_words *export_words_of(const char *locale)
{
	return strcmp(locale, "sv") == 0 ? &swedish : &english;
}

const char *export_colour(const struct export_words *w, const char *colour)
{
	for (size_t i = 0; kd_colour_words[i]; i++)
		if (strcmp(kd_colour_words[i], colour) == 0)
			return w->colours[i];
	return colour;
}

/* Capitals of the few letters beyond ASCII that the names have count as their small ones. */
static bool is_word(const char *name, const char *word, size_t len)
{
	size_t at = 0;

	for (; at < len && name[at]; at++) {
		unsigned char a = (unsigned char)name[at], b = (unsigned char)word[at];
		bool is_same = a == b || (a >= 'a' && a <= 'z' && b == a - 'a' + 'A') || (a >= 0xa0 && at > 0 && (unsigned char)word[at - 1] == 0xc3 && b == a - 0x20);

		if (!is_same)
			return false;
	}
	return at == len && !name[at];
}

const char *export_colour_meant(const char *word, size_t len)
{
	for (size_t i = 0; kd_colour_words[i]; i++)
		if (is_word(kd_colour_words[i], word, len) || is_word(swedish.colours[i], word, len) || is_word(english.colours[i], word, len))
			return kd_colour_words[i];
	return NULL;
}

void export_date(const struct export_words *w, int64_t ms, char *ret, size_t size)
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	if (localtime_r(&at, &tm))
		snprintf(ret, size, "%d %s %d", tm.tm_mday, w->months[tm.tm_mon], tm.tm_year + 1900);
	else
		snprintf(ret, size, "%s", "");
}
