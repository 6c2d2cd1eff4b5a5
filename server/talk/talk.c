/* talk.c - the rules of spaces, threads and posts, as pure functions on structs. */
#include "talk/talk_rules.h"
#include "base/line.h"
#include "base/metrics.h"
#include "protocol/talk.h"
#include <string.h>

/* `member` is NULL for somebody who is no longer one. */
static bool is_same(const char *who, const char *member)
{
	return member && strcmp(who, member) == 0;
}

/* --- texts ----------------------------------------------------------------------------------------- */

bool talk_line_fits(const char *field, const char *text, struct err *err)
{
	if (!line_is_visible(text))
		return err_field(err, field, "must be one line with something to see on it");
	return true;
}

bool post_size_fits(const char *text, size_t max, struct err *err)
{
	if (strlen(text) > max) {
		metric_add(metric_refusals("limit.post"), 1);
		err_set(err, KD_E_TOO_LARGE, "a post is at most %zu bytes long", max);
		strcpy(err->field, "/text");
		return false;
	}
	return true;
}

bool post_text_fits(const char *text, size_t max, struct err *err)
{
	if (!post_size_fits(text, max, err))
		return false;
	if (text[strspn(text, " \t\r\n")] == '\0')
		return err_field(err, "/text", "must not be blank");
	return true;
}

/* --- spaces ---------------------------------------------------------------------------------------- */

static bool space_wish_is_whole(const struct space_wish *w, struct err *err)
{
	bool for_track = strcmp(w->openness, "track") == 0, for_cohort = strcmp(w->openness, "cohort") == 0;

	if (for_track && !w->track)
		return err_field(err, "/track", "is missing: a space open to a track needs to say which");
	if (!for_track && w->track)
		return err_field(err, "/track", "goes with openness track only");
	if (for_cohort && !w->cohort)
		return err_field(err, "/cohort", "is missing: a space open to a cohort needs to say which");
	if (!for_cohort && w->cohort)
		return err_field(err, "/cohort", "goes with openness cohort only");
	return talk_line_fits("/name", w->name, err);
}

bool space_may_create(const struct space_wish *w, const struct caller *who, struct err *err)
{
	if (!space_wish_is_whole(w, err))
		return false;
	if (strcmp(w->openness, "private") == 0 || who->is_administrator ||
	        caller_is_facilitator(who, SCOPE_NETWORK, ""))
		return true;
	if (w->cohort && caller_is_facilitator(who, SCOPE_COHORT, w->cohort))
		return true;
	if (w->cohort)
		return err_set(err, KD_E_FORBIDDEN, "only the cohort's facilitators may make a space for it");
	return err_set(err, KD_E_FORBIDDEN, "only facilitators of the whole network may make such a space");
}

static bool belonging_is_open(const struct belonging *b, const struct caller *who, struct err *err)
{
	if (!access_may_read(&b->access, who))
		return err_set(err, KD_E_NOT_FOUND, "no such space");
	if (b->access.is_archived)
		return err_set(err, KD_E_FORBIDDEN, "it is archived: nothing changes here any more");
	return true;
}

static bool belonging_has_members(const struct belonging *b, struct err *err)
{
	if (b->access.openness != OPEN_PRIVATE)
		return err_set(err, KD_E_CONFLICT, "only a private space has members of its own");
	return true;
}

bool space_may_add(const struct belonging *b, const struct caller *who, struct err *err)
{
	if (!belonging_is_open(b, who, err))
		return false;
	if (!access_may_moderate(&b->access, who))
		return err_set(err, KD_E_FORBIDDEN, "only the space's facilitators may take members in");
	if (!belonging_has_members(b, err))
		return false;
	if (b->is_in)
		return err_set(err, KD_E_CONFLICT, "the member belongs to the space already");
	return true;
}

bool space_may_remove(
        const struct belonging *b, const struct caller *who, const char *member, struct err *err)
{
	bool is_oneself = strcmp(who->member, member) == 0;

	/* One may leave an archived space as well. */
	if (!belonging_is_open(b, who, err) && (err->code == KD_E_NOT_FOUND || !is_oneself))
		return false;
	if (!is_oneself && !access_may_moderate(&b->access, who))
		return err_set(err, KD_E_FORBIDDEN, "only the space's facilitators may take members out");
	if (!belonging_has_members(b, err))
		return false;
	if (!b->is_in)
		return err_set(err, KD_E_CONFLICT, "the member does not belong to the space");
	if (b->members <= 1)
		return err_set(err, KD_E_CONFLICT, "somebody has to stay: archive the space instead");
	return true;
}

/* --- threads and posts ----------------------------------------------------------------------------- */

bool thread_may_rename(const struct talk_role *who, const char *created_by, struct err *err)
{
	if (!who->may_moderate && !is_same(who->member, created_by))
		return err_set(
		        err, KD_E_FORBIDDEN, "only who began the thread and facilitators may rename it");
	return true;
}

bool post_may_edit(
        const struct talk_role *who, const struct post_facts *post, int64_t based_on, struct err *err)
{
	if (post->is_deleted)
		return err_set(err, KD_E_NOT_FOUND, "the post has been deleted");
	if (!is_same(who->member, post->author))
		return err_set(err, KD_E_FORBIDDEN, "only its author may edit a post");
	if (post->revision != based_on)
		return err_set(err, KD_E_CONFLICT, "the post has been edited since: it has revision %lld now",
		        (long long)post->revision);
	return true;
}

bool post_may_delete(const struct talk_role *who, const struct post_facts *post, struct err *err)
{
	if (post->is_deleted)
		return err_set(err, KD_E_NOT_FOUND, "the post has been deleted");
	if (!who->may_moderate && !is_same(who->member, post->author))
		return err_set(err, KD_E_FORBIDDEN, "only its author and facilitators may delete a post");
	return true;
}

/* --- where a page of threads ended ------------------------------------------------------------------ */

bool thread_cursor_read(struct thread_cursor *cur, const char *text, struct err *err)
{
	size_t digits = strspn(text, "0123456789");

	/* 16 digits last until the year 2286. */
	if (digits == 0 || digits > 16 || text[digits] != '_' || !kd_id_is_valid(text + digits + 1))
		return err_field(err, "/after", "must be the `next` of an answer");
	memcpy(cur->at_us, text, digits);
	cur->at_us[digits] = '\0';
	strcpy(cur->id, text + digits + 1);
	return true;
}
