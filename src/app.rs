//! `App`: engines, configuration, clock, network, queue; built once, passed explicitly; knows no flow.
