//! One test: what it is about, what it needs, and what it does.

use vfio_migration::rules::{Level, Rule};
use vfio_migration::v2::Capabilities;

use crate::dut::{Check, Dut};
use crate::endpoint::Ability;

/// A test of the suite.
pub struct Test {
    /// The rules that it tests. The first gives it its name and its level.
    pub rules: Vec<Rule>,
    /// Tells tests of one rule apart.
    pub case: Option<String>,
    /// What the endpoint must be able to express.
    pub needs: Vec<Ability>,
    /// What the device must announce.
    pub capabilities: Capabilities,
    /// Why it is run last, and only when asked for: it is known to hang or crash some released kernels.
    pub hazard: Option<&'static str>,
    /// Does it.
    pub run: Box<dyn Fn(&mut Dut) -> Check + Send + Sync>,
}

impl Test {
    /// A test of this rule.
    pub fn new(rule: Rule, run: impl Fn(&mut Dut) -> Check + Send + Sync + 'static) -> Self {
        Self {
            rules: vec![rule],
            case: None,
            needs: Vec::new(),
            capabilities: Capabilities::NONE,
            hazard: None,
            run: Box::new(run),
        }
    }

    /// It tests this rule too.
    #[must_use]
    pub fn and(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// One of several tests of its rule.
    #[must_use]
    pub fn case(mut self, case: impl Into<String>) -> Self {
        self.case = Some(case.into());
        self
    }

    /// The endpoint must be able to do this.
    #[must_use]
    pub fn needs(mut self, ability: Ability) -> Self {
        self.needs.push(ability);
        self
    }

    /// The device must announce this.
    #[must_use]
    pub fn with(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = self.capabilities.with(capabilities);
        self
    }

    /// It may hang or crash a kernel.
    #[must_use]
    pub fn hazard(mut self, why: &'static str) -> Self {
        self.hazard = Some(why);
        self
    }

    /// The rule that names it.
    pub fn rule(&self) -> Rule {
        self.rules[0]
    }

    /// `v2.request.self`, or `v2.request.self/STOP`
    pub fn name(&self) -> String {
        match &self.case {
            None => self.rule().id.to_owned(),
            Some(case) => format!("{}/{case}", self.rule().id),
        }
    }

    /// Whether a difference counts only where `SHOULD` is taken for `MUST`.
    pub fn advisory(&self) -> bool {
        matches!(self.rule().level, Level::Should | Level::May)
    }
}
