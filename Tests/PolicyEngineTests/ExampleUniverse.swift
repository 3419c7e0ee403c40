import PolicyEngine

/// The VMs that the examples in `policies/` speak of.
func exampleUniverse() throws -> PolicyUniverse {
    let vms = [
        "web1 app=shop role=web", "db1 app=shop role=db", "ops1 app=shop role=ops",
        "infected1 quarantine=yes", "infected2 quarantine=yes", "red1 tenant=red",
        "blue1 tenant=blue", "resolver1 zone=shared", "clerk1 site=office role=clerk",
        "engineer1 site=office role=engineer", "finance1 site=office role=finance",
        "contractor1 site=office role=contractor", "admin1 site=office role=admin",
        "wiki1 site=office app=wiki", "git1 site=office app=git", "erp1 site=office app=erp",
        "checkout1 pci=checkout", "jump1 pci=jump", "collector1 pci=collector",
        "payment1 zone=cde role=payment", "vault1 zone=cde role=vault",
        "dns1 ns=system app=dns", "gateway1 ns=system app=gateway", "metrics1 ns=monitoring",
        "front1 ns=prod app=frontend", "back1 ns=prod app=backend",
        "staging-front1 ns=staging app=frontend", "staging-back1 ns=staging app=backend",
    ]
    return PolicyUniverse(
        endpoints: try zip(vms, 1...).map { try PolicyEndpoint($0, UInt16($1)) })
}
