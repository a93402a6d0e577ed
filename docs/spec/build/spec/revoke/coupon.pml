/* coupon.pml - the protocol of grants in Promela, for Spin. See README.md beside it.
 *
 *   gate    g[0] is the first master, g[1] its replica, which a failover makes the next one
 *   journal jr[0..jlen-1]: records whose position the worker has not committed (a commit shifts the array, so the
 *           journal is unbounded and only its lag is not)
 *   ledger  row[id], led_epoch, led_quota and one possible dead letter (dl_*)
 *
 * Every script of the gate and every transaction of the ledger is one atomic step; everything between two steps of one
 * actor interleaves freely. A step has a name, "step: Issue", and the code that it stands for names it too, "model:
 * Issue". Without macros this is the protocol. Macros bound it (below) or change it:
 *   X_...  a mutation: a rule taken away; some invariant must break
 *   D_...  a part dropped that turned out to be defence in depth: the invariants must hold without it
 *   A_...  an assertion that a step of the kind never has anything to do
 *
 * Member 0 has the grant ids 1 and 2, member 1 has 3 and 4: each ask brings the next candidate.
 */
#ifndef Q
#define Q 1        /* quota at the start */
#endif
#ifndef ASK0
#define ASK0 2     /* asks of member 0, of member 1 */
#endif
#ifndef ASK1
#define ASK1 1
#endif
#ifndef NSRV
#define NSRV 1     /* couponsrv processes */
#endif
#ifndef NREB
#define NREB 1     /* rebuilders */
#endif
#ifndef RUNS
#define RUNS 2     /* attempts to rebuild in all (and one at the end if the gate does not serve) */
#endif
#ifndef VOL
#define VOL 0      /* rebuilds of a gate that serves (an operator's) */
#endif
#ifndef RCRASH
#define RCRASH 0   /* crashes of a rebuilder */
#endif
#ifndef NFAULT
#define NFAULT 1   /* faults of the gate: failover to a lagging replica, or all its data lost */
#endif
#ifndef OLDM
#define OLDM 0     /* 1: a master that was replaced goes on serving, until the rebuild has waited for its isolation */
#endif
#ifndef LATE
#define LATE 1     /* records that are appended arbitrarily late, or never */
#endif
#ifndef RERR
#define RERR 0     /* publishing errors of the relay */
#endif
#ifndef WCRASH
#define WCRASH 0   /* crashes of the worker between ledger and position */
#endif
#ifndef BAD
#define BAD 0      /* records that the worker has to make a dead letter */
#endif
#ifndef REVOKE
#define REVOKE 0   /* an operator's revokes of a row */
#endif
#ifndef RECON
#define RECON 0    /* reconciles among the traffic (what one does at the end is always checked) */
#endif
#ifndef RETRY
#define RETRY 0    /* replies to an issue that are lost: asked again with the same candidate */
#endif
#ifndef ADJ
#define ADJ 0      /* 1: the quota is reduced by one; 2: topped up by one */
#endif
#define JMAX 5     /* lag of the journal; a full one is back pressure */

#define NONE 0     /* of a row */
#define ISSUED 1
#define REVOKED 2
#define RETRYING 1 /* of the dead letter; 0: there is none */
#define OPEN 2
#define REDRIVEN 3
#define DISCARDED 4
#define STALE 5

#define U(id)     ((id-1)/2)            /* the id's member */
#define OTHER(id) (id - 1 + 2*(id%2))   /* the member's other id */

typedef Gate {
  byte home;                 /* the server it is approved on, + 1; 0: it does not serve */
  byte epoch, quota;
  byte target, tok;          /* the rebuild in hand: the epoch it aims at, its attempt; where: see building() */
  byte held[2]; bool pend[2];
  byte mark[2]               /* merged from the ledger, by the rebuild that aims at this epoch */
}
Gate g[2]; byte cur; bool up[2];

byte jr[JMAX]; byte jlen;    /* a record is epoch*8 + id */
byte E[3];                   /* how many records a waiter's watermark is ahead of the committed position */
byte late;                   /* a record that is still on its way */
byte row[5]; byte led_epoch = 1; byte led_quota = Q;
byte dl_st, dl_id, dl_ep;
bool ok200[5];               /* somebody was told 200 of this grant */
byte asked[2];
byte runs, forced, phase, vol = VOL, rcrash = RCRASH;
byte nlate = LATE, nrerr = RERR, nwcrash = WCRASH, nbad = BAD, nretry = RETRY;

/* ---- gate: every script is one step ------------------------------------------------------------------------- */
#ifdef X_NO_HOME
#define SERVES(x) (g[x].home != 0)
#else
#define SERVES(x) (g[x].home == x+1)
#endif
#define HELD(x)  ((g[x].held[0] != 0) + (g[x].held[1] != 0))
#define DROP(x,u) g[x].held[u] = 0; g[x].pend[u] = 0; g[x].mark[u] = 0
#define CLEAR(x) g[x].home = 0; g[x].epoch = 0; g[x].target = 0; g[x].tok = 0; g[x].quota = 0; DROP(x,0); DROP(x,1)

/* The gate that a client's call arrives at: the current one, or the isolated old master while it serves. */
inline reach(x) { if :: x = cur :: up[1-cur] -> x = 1-cur fi }

/* ---- journal ------------------------------------------------------------------------------------------------ */
inline append(r) { jlen < JMAX; jr[jlen] = r; jlen++ }
inline below(e, n) { if :: e > n -> e = e - n :: else -> e = 0 fi }
inline shift(n) {            /* the position moves by n records */
  k = 0;
  do :: k + n < jlen -> jr[k] = jr[k+n]; k++ :: else -> break od;
  do :: k < jlen -> jr[k] = 0; k++ :: else -> break od;
  k = 0; jlen = jlen - n;
  below(E[0], n); below(E[1], n); below(E[2], n)
}

/* ---- ledger ------------------------------------------------------------------------------------------------- */
#define LIVE ((row[1]==ISSUED)+(row[2]==ISSUED)+(row[3]==ISSUED)+(row[4]==ISSUED))
#define LETTER(i) ((dl_st == RETRYING || dl_st == OPEN) && dl_id == i)     /* open, and of this grant */
#define KNOWN(i)  (row[i] != NONE || LETTER(i))
#define PLACE(i)  (row[i] == ISSUED || (row[i] == NONE && LETTER(i)))     /* holds a place, says the ledger */

inline insert(id) {          /* the first committed of ISSUED and REVOKED wins */
  if
  :: row[id] == NONE ->
       assert(row[OTHER(id)] != ISSUED);                          /* I2; so nothing is ever "displaced" */
       row[id] = ISSUED;
       assert(LIVE <= led_quota)                                  /* I1, ledger; nor is a redrive ever "full" */
  :: else
  fi
}
#ifdef X_LETTER_STORED_STALE
#define PARKED_STALE(r) (nbad > 0 && dl_st == 0)
#else
#define PARKED_STALE(r) false
#endif
inline store(r) {            /* one record of the worker's transaction */
  if
#ifndef X_WORKER_NO_EPOCH
  :: (r/8) < led_epoch && !PARKED_STALE(r)                        /* dropped, or a letter that is STALE at once */
#endif
  :: else ->
     if
     :: nbad > 0 && dl_st == 0 -> nbad--; dl_id = r%8;
          if :: dl_st = RETRYING :: dl_st = OPEN fi;
#ifdef X_RETRY_CHECKS_EPOCH
          dl_ep = r/8
#endif
     :: insert((r%8))
     fi
  fi
}
inline try_letter() {        /* a dead letter's grant becomes a row, whatever its epoch: it has held its place since */
  if
#ifdef X_RETRY_CHECKS_EPOCH
  :: dl_ep < led_epoch -> dl_st = STALE
  :: dl_ep >= led_epoch && row[dl_id] != REVOKED -> insert(dl_id); dl_st = REDRIVEN
#else
  :: row[dl_id] != REVOKED -> insert(dl_id); dl_st = REDRIVEN
#endif
  :: row[dl_id] == REVOKED -> dl_st = DISCARDED
  fi;
  dl_id = 0
}

/* ---- couponsrv: issue, publish, confirm, answer -------------------------------------------------------------- */
#define CANDIDATE (2*u + asked[u])
/* id = 0 afterwards: nothing to publish (refused, 200 or 202). */
inline issue(x, u, id, ep) {                                      /* step: Issue */
  if
  :: !SERVES(x) -> id = 0
  :: SERVES(x) && g[x].held[u] == id && g[x].pend[u] -> ep = g[x].epoch           /* mine, asked again */
  :: SERVES(x) && g[x].held[u] != 0 && !g[x].pend[u] -> ok200[g[x].held[u]] = 1; id = 0
  :: SERVES(x) && g[x].held[u] != 0 && g[x].held[u] != id && g[x].pend[u] -> id = 0
  :: SERVES(x) && g[x].held[u] == 0 && HELD(x) >= g[x].quota -> id = 0
  :: SERVES(x) && g[x].held[u] == 0 && HELD(x) <  g[x].quota ->
       g[x].held[u] = id; g[x].pend[u] = 1; ep = g[x].epoch
#ifdef X_ANSWER_BEFORE_JOURNAL
       ; ok200[id] = 1
#endif
  fi
}
#ifdef X_CONFIRM_BY_USER
#define SAMEID(x) (g[x].held[u] != 0)
#else
#define SAMEID(x) (g[x].held[u] == id)
#endif
#ifdef X_CONFIRM_NO_EPOCH
#define SAMEEP(x) true
#else
#define SAMEEP(x) (g[x].epoch == ep)
#endif
#ifdef X_CONFIRM_NO_HOME
#define CSERVES(x) true
#else
#define CSERVES(x) SERVES(x)
#endif
#define CONFIRMS(x) (CSERVES(x) && SAMEEP(x) && SAMEID(x))

proctype Srv() {
  byte u, id, ep, x; bool ack;
  do
  :: atomic {
       if :: asked[0] < ASK0 -> u = 0 :: asked[1] < ASK1 -> u = 1 fi;
       asked[u]++; id = CANDIDATE;
       reach(x); issue(x, u, id, ep); x = 0
     }
     if
     :: id == 0
     :: id != 0 && nretry > 0 -> atomic { nretry--; reach(x); issue(x, u, id, ep); x = 0 }
     :: id != 0
     fi;
     if
     :: id != 0 ->
        atomic {                                                  /* step: Publish */
          if                 /* whatever is not acknowledged is also what a crash of couponsrv leaves */
          :: append(ep*8+id); ack = 1
          :: append(ep*8+id)
          :: skip
          :: nlate > 0 && late == 0 -> nlate--; late = ep*8+id
          fi
        }
        atomic {                                                  /* step: Confirm */
          if
          :: ack ->
#ifdef X_NO_CONFIRM
             ok200[id] = 1;
#endif
             reach(x);
             if :: CONFIRMS(x) -> g[x].pend[u] = 0; ok200[id] = 1 :: else fi
          :: else
          fi;
          u = 0; id = 0; ep = 0; x = 0; ack = 0
        }
     :: else -> atomic { u = 0; ep = 0; x = 0 }
     fi
  od
}

proctype Net() {             /* a late record arrives, or never */
  do :: atomic { late != 0 -> if :: append(late) :: true fi; late = 0 } od
}

/* ---- relay: publishes what is pending, under the gate's epoch of the claim ----------------------------------- */
#define DUE(x,u) (up[x] && SERVES(x) && g[x].held[u] != 0 && g[x].pend[u])
proctype Relay() {
  byte u, id, ep, x; bool ack;
  do
  :: atomic {                                                     /* step: Claim */
       if :: DUE(cur,0)     -> x = cur;   u = 0 :: DUE(cur,1)     -> x = cur;   u = 1
          :: DUE((1-cur),0) -> x = 1-cur; u = 0 :: DUE((1-cur),1) -> x = 1-cur; u = 1 fi;
       id = g[x].held[u]; ep = g[x].epoch; x = 0
     }
     atomic {                                                     /* step: Publish */
       if
       :: append(ep*8+id); ack = 1
       :: nrerr > 0 -> nrerr--;
#ifdef X_RELAY_DROPS
          if :: SERVES(cur) && g[cur].held[u] == id -> DROP(cur,u) :: else fi;
#endif
          if :: append(ep*8+id) :: skip :: nlate > 0 && late == 0 -> nlate--; late = ep*8+id fi
       fi
     }
     atomic {                                                     /* step: Confirm */
       if
       :: ack -> reach(x); if :: CONFIRMS(x) -> g[x].pend[u] = 0 :: else fi
       :: else
       fi;
       u = 0; id = 0; ep = 0; x = 0; ack = 0
     }
  od
}

/* ---- worker: the ledger first, then the position; it may be one transaction ahead of it ----------------------- */
proctype Worker() {
  byte n, k;
#ifdef X_COMMIT_FIRST
  byte r;
  do
  :: atomic { jlen > 0 && n == 0 -> r = jr[0]; n = 1; shift(1) }
  :: atomic { n > 0 -> store(r); n = 0; r = 0 }
  :: atomic { n > 0 && nwcrash > 0 -> nwcrash--; n = 0; r = 0 }
  od
#else
  do
  :: atomic { n < jlen && n < 2 -> store(jr[n]); n++ }            /* step: Store */
  :: atomic { n > 0 -> shift(n); n = 0 }                          /* step: Commit */
  :: atomic { n > 1 -> shift(1); n-- }                            /* of the batch before, the next being stored */
  :: atomic { n > 0 && nwcrash > 0 -> nwcrash--; n = 0 }        /* fault: WorkerCrash */
  od
#endif
}

/* ---- dlt: tries a dead letter again, or leaves it to the operator -------------------------------------------- */
proctype Dlt() {
  do
  :: atomic { dl_st == RETRYING -> if :: try_letter() :: dl_st = OPEN fi }       /* step: Retry */
  od
}

/* ---- operator: redrive, discard, revoke ---------------------------------------------------------------------- */
#ifdef X_REVOKE_BY_USER
#define REVID(x) (g[x].held[U(id)] != 0)
#else
#define REVID(x) (g[x].held[U(id)] == id)
#endif
inline release() {                                                /* step: Release */
  reach(x); if :: SERVES(x) && REVID(x) -> DROP(x,U(id)) :: else fi; x = 0
}
inline close_letter() { if :: LETTER(id) -> dl_st = DISCARDED; dl_id = 0 :: else fi }
proctype Operator() {
  byte id, x, nrev = REVOKE;
  do
  :: atomic { dl_st == RETRYING || dl_st == OPEN -> try_letter() }               /* step: Redrive */
  :: atomic { dl_st == RETRYING || dl_st == OPEN -> id = dl_id;                  /* step: Discard */
#ifdef X_RELEASE_FIRST
       goto gate_first }
#else
       if :: row[id] == NONE -> row[id] = REVOKED                 /* the tombstone; a row that is live stays */
          :: else
       fi;
       close_letter() }
     goto tell
#endif
  :: atomic { nrev > 0 ->                                         /* step: Revoke */
       if :: row[1] == ISSUED -> id = 1 :: row[2] == ISSUED -> id = 2
          :: row[3] == ISSUED -> id = 3 :: row[4] == ISSUED -> id = 4 fi;
       nrev--;
#ifdef X_RELEASE_FIRST
       goto gate_first }
gate_first:
     atomic { release() }
     atomic { if :: row[id] != REVOKED -> row[id] = REVOKED; close_letter() :: else fi }
#else
       row[id] = REVOKED; close_letter() }
tell:
     atomic { if :: row[id] == REVOKED -> release() :: true fi }  /* or a crash between the two */
#endif
     id = 0
  :: break
  od;
  end: 0
}

/* ---- rebuild ------------------------------------------------------------------------------------------------- */
/* Is the rebuild in hand there still mine, and is it still the server that I fenced? */
#ifdef X_NO_TOKEN
#define BUILDING(x) (x == at)
#elif defined(X_TOKEN_NO_SERVER)
#define BUILDING(x) (g[x].target == e0+1 && g[x].tok == tok)
#elif defined(X_TOKEN_NO_ATTEMPT)
#define BUILDING(x) (g[x].target == e0+1 && x == at)
#else
#define BUILDING(x) (g[x].target == e0+1 && g[x].tok == tok && x == at)
#endif
#ifdef LIVENESS
bool waiting[2];             /* this rebuilder drains */
#define WAITING(b) waiting[me] = b
#else
#define WAITING(b) skip
#endif
#define ABORT    goto again
#define MAYCRASH :: atomic { rcrash > 0 && phase == 0 -> rcrash--; ABORT }                   /* fault: RebuilderCrash */
#define UNMERGED(u) (g[x].held[u] != 0 && g[x].mark[u] != e0+1)
inline merge(u) {                                                 /* step: Merge */
  reach(x);
  if :: !BUILDING(x) -> ABORT :: else fi;
  if
#ifndef X_NO_MERGE
  :: sl[u] != 0 -> g[x].held[u] = sl[u]; g[x].pend[u] = 0; g[x].mark[u] = e0+1
#endif
#ifndef D_KEEP_REVOKED
  :: sl[u] == 0 && g[x].held[u] != 0 && (rev & (1 << g[x].held[u])) -> DROP(x,u)
#endif
  :: else
  fi;
  x = 0
}
inline settle(u) {
  if
  :: sl[u] != 0 && g[x].held[u] == sl[u] ->
       if
       :: (rev & (1 << u)) -> DROP(x,u)
       :: else -> skip
#ifndef D_SETTLE_NO_REARM
            ; g[x].pend[u] = 1
#endif
       fi
  :: else
  fi
}
proctype Rebuilder(byte me) {
  byte tok, at, e0, lq, sl[2], rev, u, x; bool lag;
again:
  atomic { WAITING(0); E[me] = 0; tok = 0; at = 0; e0 = 0; lq = 0; sl[0] = 0; sl[1] = 0;
           rev = 0; u = 0; x = 0; lag = 0 }
  atomic {                                                        /* step: ReadEpoch */
    if
    :: runs < RUNS && !SERVES(cur) -> runs++
    :: runs < RUNS && SERVES(cur) && vol > 0 && phase == 0 -> runs++; vol--
    :: forced > 0 && me == 0 && !SERVES(cur) -> forced--; runs++
    fi;
    e0 = led_epoch; tok = runs
  }
  if
  :: atomic {                                                     /* step: Fence */
       reach(at);
#ifndef D_FENCE_BEHIND
       if :: g[at].epoch > e0 || g[at].target > e0+1 -> ABORT :: else fi;
#endif
       lag = (at == 1 && g[at].home != at+1);                     /* promoted, and not approved since */
#ifndef X_NO_FENCE
       g[at].home = 0;
#endif
       g[at].target = e0+1; g[at].tok = tok }
     MAYCRASH
  fi;
#ifdef X_BUMP_FIRST
  atomic { if :: led_epoch == e0 -> led_epoch++ :: else -> ABORT fi }
#endif
#ifndef X_NO_LAG_WAIT
  atomic { if :: lag && up[0] -> up[0] = 0; CLEAR(0) :: else fi; lag = 0 }        /* an old master has stopped by now */
#endif
  if
  :: atomic { E[me] = jlen; WAITING(1) }                          /* step: Drain */
     MAYCRASH
  fi;
#ifndef X_NO_DRAIN
  E[me] == 0;
#endif
  if
  :: atomic {                                                     /* step: Bump */
       WAITING(0);
#ifdef X_BUMP_FIRST
       skip
#elif defined(X_BUMP_LATE_VALUE)
       e0 = led_epoch; led_epoch++
#else
       if :: led_epoch == e0 -> led_epoch++ :: else -> ABORT fi
#endif
     }
     MAYCRASH
  fi;
  if
  :: atomic {                                                     /* step: Snapshot */
#ifndef D_SNAPSHOT_NO_EPOCH
       if :: led_epoch != e0+1 -> ABORT :: else fi;
#endif
       lq = led_quota; u = 1;
       do
       :: u <= 4 ->
          if
          :: row[u] == REVOKED -> rev = rev | (1 << u)
#ifdef X_SNAPSHOT_NO_LETTERS
          :: row[u] == ISSUED -> sl[U(u)] = u
#else
          :: PLACE(u) -> sl[U(u)] = u
#endif
          :: else
          fi; u++
       :: else -> break
       od; u = 0
     }
     MAYCRASH
  fi;
  if :: atomic { merge(0) } MAYCRASH fi;                          /* a call takes so many grants: here, one member's */
  if :: atomic { merge(1) } MAYCRASH fi;
  if
  :: atomic {                                                     /* step: Weigh */
       reach(x);
       if :: !BUILDING(x) -> ABORT :: else fi;
       rev = 0; sl[0] = 0; sl[1] = 0;
       if :: UNMERGED(0) -> sl[0] = g[x].held[0] :: else fi;
       if :: UNMERGED(1) -> sl[1] = g[x].held[1] :: else fi;
#ifndef X_NO_CAP             /* the ledger's first, then what fits; the rest was never answered 200 */
       if
       :: HELD(x) > lq + 1 -> rev = (sl[0] != 0) | ((sl[1] != 0) << 1)
       :: HELD(x) == lq + 1 ->
          if :: sl[0] != 0 -> rev = 1 :: sl[1] != 0 -> rev = 2 :: sl[0] == 0 && sl[1] == 0 fi
       :: else
       fi;
#endif
       x = 0
     }
     MAYCRASH
  fi;
  if
  :: atomic {                                                     /* step: Settle */
       reach(x);
       if :: !BUILDING(x) -> ABORT :: else fi;
       settle(0); settle(1);
       assert(HELD(x) <= lq);                                     /* I1, gate */
       rev = 0; sl[0] = 0; sl[1] = 0; x = 0
     }
     MAYCRASH
  fi;
  atomic {                                                        /* step: Open */
    reach(x);
    if
    :: BUILDING(x) ->
         assert(HELD(x) <= lq);                                   /* I1, gate */
         g[x].home = x+1; g[x].epoch = e0+1; g[x].quota = lq;
         g[x].target = 0; g[x].tok = 0; g[x].mark[0] = 0; g[x].mark[1] = 0
    :: else
    fi;
    ABORT
  }
}

/* ---- reconcile, one member a run ----------------------------------------------------------------------------- */
#define ADOPT 1
#define REARM 2
#define RELEASE 3
#define REPLACE 4
proctype Reconcile() {
  byte u, l1, gs, ep, n = RECON, id, x, todo; bool conf;
  do
  :: atomic { n > 0 -> n--;                                       /* step: ReadBefore */
       if :: u = 0 :: u = 1 fi;
       if :: PLACE(2*u+1) -> l1 = 2*u+1 :: PLACE(2*u+2) -> l1 = 2*u+2 :: else fi }
     atomic { reach(x);                                           /* step: Scan */
       if :: SERVES(x) -> gs = g[x].held[u]; conf = (gs != 0 && !g[x].pend[u]); ep = g[x].epoch; x = 0
          :: else -> goto out fi }
#ifndef D_NO_WATERMARK
     E[2] = jlen;                                                 /* step: Drain */
     E[2] == 0;
#endif
     atomic {                                                     /* step: ReadAfter */
       if
#ifndef D_NO_ABORT
       :: led_epoch != ep -> goto out
#endif
       :: else ->
         if
         :: gs != 0 && PLACE(gs) -> goto out
         :: gs != 0 && !PLACE(gs) && PLACE(OTHER(gs)) -> todo = REPLACE
         :: gs != 0 && row[gs] == REVOKED && !PLACE(OTHER(gs)) -> id = gs; todo = RELEASE
         :: gs != 0 && row[gs] == NONE && !LETTER(gs) && !PLACE(OTHER(gs)) ->
              if :: conf -> id = gs; todo = REARM :: else -> goto out fi
#ifndef D_NO_ADOPT
         :: gs == 0 && l1 != 0 -> id = l1; todo = ADOPT
#endif
         :: else -> goto out
         fi
       fi
     }
     if
     :: todo == ADOPT ->
        atomic { reach(x);                                        /* step: FindAgain */
          if :: SERVES(x) && g[x].epoch == ep && g[x].held[u] == 0 :: else -> goto out fi; x = 0 }
     :: else
     fi;
     atomic {                                                     /* step: ReadRow */
       if
       :: todo == ADOPT && row[id] == REVOKED -> goto out
       :: todo == REARM && row[id] != NONE -> goto out
       :: todo == REPLACE ->
            if :: row[2*u+1] == ISSUED && gs != 2*u+1 -> id = 2*u+1
               :: row[2*u+2] == ISSUED && gs != 2*u+2 -> id = 2*u+2
               :: else -> goto out fi
       :: else
       fi
     }
     atomic {
       reach(x);
       if
       :: todo == REARM && SERVES(x) && g[x].held[u] == id -> g[x].pend[u] = 1;            /* step: Rearm */
#ifdef A_NO_REARM
            assert(false)
#endif
       :: todo == RELEASE && SERVES(x) && g[x].held[u] == id -> DROP(x,u)
       :: todo == REPLACE && SERVES(x) && g[x].held[u] == gs -> DROP(x,u);
#ifdef A_NO_REPLACE
            assert(false)
#endif
       :: else
       fi;
       x = 0
     }
     atomic {
       reach(x);
       if
       :: (todo == ADOPT || todo == REPLACE) && SERVES(x) && g[x].held[u] == 0 ->          /* step: Adopt */
            g[x].held[u] = id; g[x].pend[u] = 0;
#ifdef A_NO_ADOPT
            assert(false);
#endif
            assert(HELD(x) <= g[x].quota)                            /* I1, gate */
       :: else
       fi
     }
out: atomic { u = 0; l1 = 0; gs = 0; ep = 0; id = 0; conf = 0; x = 0; todo = 0; E[2] = 0 }
  od
}

/* ---- changes of the quota ------------------------------------------------------------------------------------ */
proctype Adjust() {
#if ADJ > 0
  byte t, ep, x;
#if ADJ == 1                 /* the gate first: it answers max(target, held); then the ledger, under the same epoch */
redo:
  atomic { reach(x); SERVES(x) -> t = Q-1;                        /* step: Reduce */
           if :: HELD(x) > t -> t = HELD(x) :: else fi;
           g[x].quota = t; ep = g[x].epoch; x = 0 }
  atomic {                                                        /* step: RecordQuota */
#ifndef X_REDUCE_NO_EPOCH
    if :: led_epoch != ep -> ep = 0; goto redo :: else fi;
#endif
    led_quota = t; t = 0; ep = 0;
    assert(LIVE <= led_quota) }                                   /* I1, ledger */
#else                        /* the ledger first, then the gate; one that is being rebuilt may have read it before */
  led_quota = Q+1;                                                /* step: RecordQuota */
  atomic { reach(x); SERVES(x) || g[x].target == 0 ->             /* step: PushQuota */
           if :: SERVES(x) && g[x].quota < Q+1 -> g[x].quota = Q+1 :: else fi; x = 0 }
#endif
#endif
  skip
}

/* ---- faults of the gate -------------------------------------------------------------------------------------- */
proctype Faults() {
  byte nf = NFAULT; bool snapped;
  do
  :: atomic { nf > 0 && cur == 0 && !snapped -> snapped = 1;      /* fault: OldCopy, what the replica will have */
       g[1].home = g[0].home; g[1].epoch = g[0].epoch; g[1].quota = g[0].quota;
       g[1].target = g[0].target; g[1].tok = g[0].tok;
       g[1].held[0] = g[0].held[0]; g[1].pend[0] = g[0].pend[0]; g[1].mark[0] = g[0].mark[0];
       g[1].held[1] = g[0].held[1]; g[1].pend[1] = g[0].pend[1]; g[1].mark[1] = g[0].mark[1] }
  :: atomic { nf > 0 && cur == 0 && snapped -> nf--; cur = 1; up[1] = 1; /* fault: Failover, or old data */
#if OLDM == 0
       up[0] = 0; CLEAR(0)
#endif
     }
  :: atomic { nf > 0 -> nf--; CLEAR(cur) }                        /* fault: DataLost, under the same identity */
  :: atomic { if :: cur == 0 -> CLEAR(1) :: else fi; break }      /* fault: NoMore */
  od
}

/* ---- what must hold when everything has come to rest ----------------------------------------------------------- */
#define INGATE(i) (g[cur].held[U(i)] == i)
inline final_reconcile(i) {
  if
  :: INGATE(i) && row[i] == REVOKED -> DROP(cur,U(i))
  :: INGATE(i) && !g[cur].pend[U(i)] && !KNOWN(i) -> g[cur].pend[U(i)] = 1
  :: else
  fi
}
proctype Checker() {
  timeout ->
  atomic {                                                        /* no fault from here on, and no old master either */
    phase = 1; if :: up[1-cur] -> up[1-cur] = 0; CLEAR((1-cur)) :: else fi }
  if :: !SERVES(cur) -> forced = 1; timeout :: else fi;
  assert(SERVES(cur));                                            /* I4: the gate serves again */
  assert(jlen == 0 && late == 0);                                 /* I4: nothing lags */
  assert(!g[cur].pend[0] && !g[cur].pend[1]);                     /* I4: nothing is pending */
  assert(!ok200[1] || KNOWN(1)); assert(!ok200[2] || KNOWN(2));   /* I3: every 200 is known */
  assert(!ok200[3] || KNOWN(3)); assert(!ok200[4] || KNOWN(4));   /* I3 */
  assert(!g[cur].held[0] || KNOWN(g[cur].held[0]));               /* I3: and all that the gate would answer 200 for */
  assert(!g[cur].held[1] || KNOWN(g[cur].held[1]));               /* I3 */
  assert(g[cur].quota == led_quota);                              /* I5: the quota */
  d_step { final_reconcile(1); final_reconcile(2); final_reconcile(3); final_reconcile(4) }
  timeout ->
  assert(INGATE(1) == PLACE(1)); assert(INGATE(2) == PLACE(2));   /* I5: the gate has what the ledger has */
  assert(INGATE(3) == PLACE(3)); assert(INGATE(4) == PLACE(4));   /* I5 */
  assert(HELD(cur) <= led_quota)                                  /* I1, gate */
}

init {
  atomic {
    up[0] = 1; g[0].home = 1; g[0].epoch = 1; g[0].quota = Q;
    run Srv();
#if NSRV > 1
    run Srv();
#endif
    run Net(); run Relay(); run Worker();
#if BAD > 0
    run Dlt();
#endif
#if BAD + REVOKE > 0
    run Operator();
#endif
    run Rebuilder(0);
#if NREB > 1
    run Rebuilder(1);
#endif
#if RECON > 0
    run Reconcile();
#endif
#if ADJ > 0
    run Adjust();
#endif
#if NFAULT > 0
    run Faults();
#endif
    run Checker()
  }
}

#ifdef LIVENESS              /* under weak fairness every drain ends */
ltl drain_ends { [] (waiting[0] -> <> !waiting[0]) }
#endif
