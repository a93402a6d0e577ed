#include "couponload/flow/recorder.hpp"

namespace coupon::load {

Recorder::Recorder(const FlowPlan& plan, std::int64_t start_ns)
    : plan_(plan),
      start_ns_(start_ns),
      own_members_(plan.members.size() ? plan.shard.part(*plan.members.size()) : 0),
      figures_(start_ns, plan.duration_ns),
      kept_(plan.evidence) {
  series_.interval_ns = kPacedIntervalNs;
}

std::uint64_t Recorder::number_of(std::uint64_t seq) const {
  const auto number = seq / plan_.same_user;
  return own_members_ == 0 ? number : number % own_members_;
}

void Recorder::answered(const FlowAsk& ask, int status, const Meaning& meaning, std::int64_t done_ns) {
  evidence_.fate = Fate::kAnswered;
  evidence_.status = status;
  evidence_.outcome = meaning.outcome;
  evidence_.id = meaning.id;
  evidence_.code = meaning.code;
  evidence_.rank = meaning.rank;
  note(ask, done_ns);
}

void Recorder::ended(const FlowAsk& ask, Fate fate, std::int64_t done_ns) {
  evidence_ = {};
  evidence_.fate = fate;
  evidence_.outcome = fate == Fate::kNotWritten ? Outcome::kError : Outcome::kUnknown;
  note(ask, done_ns);
}

void Recorder::note(const FlowAsk& ask, std::int64_t done_ns) {
  if (!ask.measured) return;
  evidence_.seq = static_cast<std::uint32_t>(ask.seq);
  evidence_.plan_ns = ask.plan_ns;
  evidence_.send_ns = ask.send_ns;
  evidence_.first_byte_ns = ask.first_byte_ns;
  evidence_.done_ns = done_ns;
  figures_.record(evidence_, ask.dialed_ns != 0 ? ask.dialed_ns : ask.send_ns);
  series_.count_sent(ask.send_ns - start_ns_);
  series_.count_done(evidence_.outcome, done_ns - start_ns_);
  if (kept_.wants(evidence_)) evidence_.member = member(ask.seq);
  kept_.take(number_of(ask.seq), std::move(evidence_));
}

}  // namespace coupon::load
