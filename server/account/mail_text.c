/* mail_text.c - the words of our mails, in Swedish and English. */
#include "account/mail.h"
#include <string.h>

static bool is_english(const char *locale)
{
	return strcmp(locale, "en") == 0;
}

static void add_minutes(int64_t ms, const char *one, const char *many, struct buf *out)
{
	int64_t minutes = ms < 120000 ? 1 : ms / 60000;

	buf_printf(out, "%lld %s", (long long)minutes, minutes == 1 ? one : many);
}

const char *mail_sign_in(
        const char *locale, const char *name, const char *link, const char *code, int64_t good_ms, struct buf *out)
{
	if (is_english(locale)) {
		buf_printf(out,
		        "Hello %s,\n\n"
		        "here is your link to sign in to Korsdrag:\n\n"
		        "%s\n\n"
		        "Open it in the browser where you asked for it. If you read this mail somewhere else, type this code "
		        "there instead:\n\n"
		        "%s\n\n"
		        "The link and the code are good for ",
		        name, link, code);
		add_minutes(good_ms, "minute", "minutes", out);
		buf_add_str(out,
		        " and can be used once.\n\n"
		        "If you did not ask to sign in, there is nothing you need to do.\n\n"
		        "Korsdrag\n");
		return "Sign in to Korsdrag";
	}
	buf_printf(out,
	        "Hej %s,\n\n"
	        "här är din länk för att logga in i Korsdrag:\n\n"
	        "%s\n\n"
	        "Öppna den i webbläsaren där du bad om den. Läser du mejlet någon annanstans kan du i stället skriva den här "
	        "koden där:\n\n"
	        "%s\n\n"
	        "Länken och koden gäller i ",
	        name, link, code);
	add_minutes(good_ms, "minut", "minuter", out);
	buf_add_str(out,
	        " och kan användas en gång.\n\n"
	        "Har du inte bett om att få logga in behöver du inte göra något.\n\n"
	        "Korsdrag\n");
	return "Logga in i Korsdrag";
}

const char *mail_invitation(const char *locale, const char *name, const char *link, struct buf *out)
{
	if (is_english(locale)) {
		buf_printf(out,
		        "Hello %s,\n\n"
		        "you are invited to Korsdrag, where people from all over the city who took part in the "
		        "innovation-leadership programme go on exchanging experience and working together.\n\n"
		        "Sign in with this mail address:\n\n"
		        "%s\n\n"
		        "You will get a link by mail. There is no password.\n\n"
		        "Korsdrag\n",
		        name, link);
		return "You are invited to Korsdrag";
	}
	buf_printf(out,
	        "Hej %s,\n\n"
	        "du är inbjuden till Korsdrag. Där fortsätter du som har gått utbildningen i innovationsledning att byta "
	        "erfarenheter och arbeta tillsammans med andra från hela staden.\n\n"
	        "Logga in med den här e-postadressen:\n\n"
	        "%s\n\n"
	        "Du får en länk med e-post. Något lösenord finns inte.\n\n"
	        "Korsdrag\n",
	        name, link);
	return "Du är inbjuden till Korsdrag";
}
