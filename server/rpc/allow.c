#include "rpc/allow.h"

bool allow_call(enum call_access access, const struct caller *caller, struct err *err)
{
	switch (access) {
	case ACCESS_GUEST:
	case ACCESS_MEMBER:
		return true;
	case ACCESS_FACILITATOR:
		return caller->grant_count > 0 || caller->is_administrator || err_set(err, KD_E_FORBIDDEN, "only facilitators may do this");
	case ACCESS_ADMINISTRATOR:
		return caller->is_administrator || err_set(err, KD_E_FORBIDDEN, "only administrators may do this");
	}
	return err_set(err, KD_E_FORBIDDEN, "nobody may do this");
}
