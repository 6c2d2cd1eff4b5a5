/* config_print.c - the table of settings as a sample file and as help. */
#include "config_private.h"
#include <string.h>

#define WIDTH 100

static const char *type_word(const struct config_key *key)
{
	static const char *const words[] = { [CONFIG_TEXT] = "text", [CONFIG_INT] = "number", [CONFIG_BOOL] = "yes or no",
		[CONFIG_LIST] = "list", [CONFIG_SECRET] = "file", [CONFIG_DURATION] = "time", [CONFIG_SIZE] = "size",
		[CONFIG_ENUM] = "word" };

	return words[key->type];
}

static void print_words(const char *const *words, struct buf *out)
{
	for (int i = 0; words[i]; i++)
		buf_printf(out, "%s%s", i ? ", " : "", words[i]);
}

/* A sentence in comment lines of at most WIDTH characters. */
static void print_comment(const char *text, struct buf *out)
{
	while (*text) {
		size_t len = strlen(text), cut = len;

		if (len > WIDTH - 2) {
			cut = WIDTH - 2;
			while (cut && text[cut] != ' ')
				cut--;
			if (!cut)
				cut = len;
		}
		buf_printf(out, "# %.*s\n", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
	}
}

/* "log" of "log.level"; keys without a dot are one group. */
static size_t group_len(const char *key)
{
	const char *dot = strchr(key, '.');

	return dot ? (size_t)(dot - key) : 0;
}

static void print_facts(const struct config_key *key, struct buf *out)
{
	char variable[CONFIG_NAME_SIZE];

	config_variable(key->key, variable);
	buf_printf(out, "# %s", type_word(key));
	if (key->type == CONFIG_ENUM) {
		buf_add_str(out, ": ");
		print_words(key->words, out);
	}
	buf_printf(out, "; default %s; %s%s\n", *key->initial ? key->initial : "none", variable,
		key->reloads ? "; taken anew on SIGHUP" : "");
}

void config_print(const struct config *c, struct buf *out)
{
	print_comment("Korsdrag's settings. Each can also be given in the environment (the name in capitals) or as a flag "
		"(--key value); flags win over the environment, which wins over this file. Comments stand on lines of their own.",
		out);
	for (int i = 0; i < c->count; i++) {
		const struct config_key *key = &c->keys[i];
		const char *value = c->entries[i].value, *origin = c->entries[i].origin;
		bool is_default = strcmp(value, key->initial) == 0;

		buf_add_char(out, '\n');
		print_comment(key->doc, out);
		print_facts(key, out);
		if (strcmp(origin, "default") != 0)
			buf_printf(out, "# set by %s\n", origin);
		buf_printf(out, "%s%s =%s%s\n", is_default ? "#" : "", key->key, *value ? " " : "", value);
	}
}

void config_help(const struct config_key *keys, struct buf *out)
{
	for (const struct config_key *key = keys; key->key; key++) {
		if (key > keys && (group_len(key->key) != group_len(key[-1].key) ||
				strncmp(key->key, key[-1].key, group_len(key->key)) != 0))
			buf_add_char(out, '\n');
		buf_printf(out, "  --%-30s %s", key->key, key->doc);
		if (key->type == CONFIG_ENUM) {
			buf_add_str(out, " One of ");
			print_words(key->words, out);
			buf_add_char(out, '.');
		}
		if (*key->initial)
			buf_printf(out, " (%s)", key->initial);
		buf_add_char(out, '\n');
	}
}
