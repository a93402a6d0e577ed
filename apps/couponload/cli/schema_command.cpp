#include "couponload/cli/schema_command.hpp"

#include <CLI/CLI.hpp>

#include "couponload/report/schema.hpp"

namespace coupon::load {

namespace {

constexpr const char* kSchemaExamples = R"(Examples:
  couponload schema > run.schema.json
  couponload burst --out run.json; python3 -m jsonschema -i run.json run.schema.json)";

}  // namespace

SchemaCommandLine::SchemaCommandLine(CLI::App& parent)
    : app_(parent.add_subcommand("schema", "prints the JSON Schema of results")) {
  app_->footer(kSchemaExamples);
}

bool SchemaCommandLine::chosen() const { return app_->parsed(); }

ExitCode run_schema_command(std::ostream& out) {
  out << run_schema() << std::flush;
  return out.good() ? ExitCode::kPass : ExitCode::kInternal;
}

}  // namespace coupon::load
